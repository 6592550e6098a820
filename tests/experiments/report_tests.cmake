# Statistics against published values, and the report on fabricated runs.
if(NOT TARGET rectune_experiments)
  return()
endif()
rectune_test(statistics
  SOURCES statistics_intervals_test.cc statistics_tests_test.cc
  LINKS rectune_experiments)
