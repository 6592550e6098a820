// SPDX-License-Identifier: Apache-2.0
//
// The rectune program: the command line over the real simulator and the real tables of tuners.
#include "experiments/program.h"

int main(int argc, char** argv) {
  return rectune::experiments::RunProgram(argc, argv, rectune::experiments::MakeWorkbench());
}
