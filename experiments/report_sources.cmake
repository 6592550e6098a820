# The report and its statistics; CMakeLists.txt adds them to rectune_experiments.
set(RECTUNE_REPORT_SOURCES
    statistics.cc
    statistics_tests.cc)
