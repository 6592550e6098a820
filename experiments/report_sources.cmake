# The report and its statistics; CMakeLists.txt adds them to rectune_experiments.
set(RECTUNE_REPORT_SOURCES
    figure_axis.cc figure_lines.cc figure_small.cc html.cc report.cc report_agent.cc
    report_configuration.cc report_csv.cc report_curves.cc report_events.cc report_evidence.cc report_format.cc
    report_markdown.cc
    report_overview.cc report_provenance.cc report_readouts.cc report_style.cc report_summary.cc
    report_tables.cc report_transcript.cc report_verdict.cc statistics.cc statistics_tests.cc
    tables.cc)
