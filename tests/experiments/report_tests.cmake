# Statistics against published values, and the report on fabricated runs and in a real browser.
rectune_test(statistics
  SOURCES statistics_intervals_test.cc statistics_tests_test.cc
  LINKS rectune_experiments)

rectune_test(report
  SOURCES
    process.cc report_fabricated.cc report_figures_test.cc report_html_test.cc report_markdown_test.cc
    report_page_test.cc
    report_summary_test.cc
  LINKS rectune_experiments)

rectune_test(report_browser
  SOURCES process.cc report_browser_test.cc report_fabricated.cc
  LINKS rectune_experiments)
