// SPDX-License-Identifier: Apache-2.0
//
// The rectune command line over the toy workbench; for tests that need a process to kill.
#include "experiments/program.h"
#include "tests/experiments/toy_workbench.h"

int main(int argc, char** argv) {
  return rectune::experiments::RunProgram(argc, argv, rectune::experiments::MakeToyWorkbench());
}
