// SPDX-License-Identifier: Apache-2.0
//
// rectune_fit_constants: refits kuairand_constants.json from the data.
//
//   rectune_fit_constants --data ../shared/data --out sim/calibration/kuairand_constants.json
//   rectune_fit_constants --data ../shared/data --check sim/calibration/kuairand_constants.json
#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "core/config_error.h"
#include "core/json.h"
#include "sim/calibration/compare_constants.h"
#include "sim/calibration/constants.h"
#include "sim/calibration/fits.h"
#include "sim/calibration/log_tables.h"

int main(int argc, char** argv) {
  std::string data;
  std::string out;
  std::string check;
  double tolerance = 1e-5;
  CLI::App app("Fits the simulator's constants to KuaiRand-27K tables.");
  app.add_option("--data", data, "Folder with kuairand27k_aggregates and kuairand27k_like_or_hate")
      ->required();
  CLI::Option* write = app.add_option("--out", out, "Write the constants to this JSON file");
  app.add_option("--check", check,
                 "Compare the fit with this JSON file; exit status 1 if it differs")
      ->excludes(write);
  app.add_option("--tolerance", tolerance, "Of --check: relative")->check(CLI::Range(0.0, 1.0));
  CLI11_PARSE(app, argc, argv);

  try {
    const rectune::Json document = rectune::sim::FitConstants(rectune::sim::ReadLogTables(data));
    rectune::sim::ReadLogConstants(document);  // what is written can be read
    if (!check.empty()) {
      const std::vector<std::string> gaps =
          rectune::sim::CompareConstants(document, rectune::ReadJsonFile(check), tolerance);
      for (const std::string& gap : gaps) std::cerr << check << gap << "\n";
      if (!gaps.empty()) {
        std::cerr << "the fit differs; rewrite the file with --out\n";
        return 1;
      }
      std::cout << check << " agrees with the data\n";
    } else if (!out.empty()) {
      rectune::WriteFileAtomically(out, rectune::DumpPretty(document));
    } else {
      std::cout << rectune::DumpPretty(document);
    }
  } catch (const rectune::ConfigError& error) {
    std::cerr << error.what() << "\n";
    return 2;
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
  return 0;
}
