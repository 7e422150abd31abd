// Stored results as a report: HTML, and PDF, LaTeX and CSV where asked for.

#include "reports/report/report.h"

#include <iostream>
#include <nlohmann/json.hpp>

#include "apps/cli/command_line.h"
#include "apps/cli/reader_commands.h"
#include "apps/cli/verb.h"
#include "base/errors.h"
#include "reports/compare/comparison_page.h"

namespace unrecur::registry::verbs {
namespace {

nlohmann::json change_json(const reports::MetricChange& change) {
  nlohmann::json document = {{"experiment", change.experiment},
                             {"variant", change.variant},
                             {"metric", change.metric},
                             {"pairs", change.pairs},
                             {"changed", change.changed},
                             {"before", nullptr},
                             {"now", nullptr},
                             {"difference", nullptr},
                             {"interval", nullptr}};
  if (change.pairs == 0) return document;
  document["before"] = change.before;
  document["now"] = change.now;
  document["difference"] = change.difference;
  if (change.interval) document["interval"] = {change.interval->low, change.interval->high};
  return document;
}

/// What changed between two folders; the exit code says nothing about it, since a change may be meant.
int run_comparison(const CommandLine& line) {
  for (const char* other : {"pdf", "latex", "csv"}) {
    if (line.has(other)) throw UsageError(std::string("report: --") + other + " does not go with --against");
  }
  const auto [comparison, html] = write_comparison(
      {.folder = line.words().front(), .against = *line.path("against"), .html = line.path("html").value_or("")});
  if (!line.has("json")) {
    std::cout << reports::comparison_sentence(comparison) << "\n" << html.string() << "\n";
    return 0;
  }
  nlohmann::json document = {{"schema", "unrecur.comparison/1"},      {"pairs", comparison.pairs},
                             {"identical", comparison.identical},     {"changes", nlohmann::json::array()},
                             {"series_only", comparison.series_only}, {"only_now", comparison.only_now},
                             {"only_before", comparison.only_before}, {"html", html.string()}};
  for (const reports::MetricChange& change : comparison.changes) document["changes"].push_back(change_json(change));
  std::cout << document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
  return 0;
}

int run_report(const std::vector<std::string>& arguments) {
  CommandLine line("report", "Renders stored results as one HTML file that opens without a network.");
  line.positional("DIR", "a folder of results, as reproduce --out wrote it", 1, 1);
  line.option("html", "FILE", "where the report goes; default DIR/report.html");
  line.option("pdf", "FILE", "a PDF too; needs Chromium");
  line.option("latex", "DIR", "a folder for tables (booktabs) and figures (pgfplots), and report.tex with them all");
  line.option("csv", "DIR", "a folder for one CSV file per figure");
  line.example("unrecur report out/smoke", "writes out/smoke/report.html");
  line.example("unrecur report out/laptop --pdf report.pdf --csv numbers",
               "the same as PDF, and the numbers behind it");
  line.option("against", "DIR",
              "instead: what changed since the results of DIR, paired by seed; default DIR/comparison.html");
  line.flag("json", "with --against: the comparison as JSON on standard output");
  line.example("unrecur report out/new --against out/old", "shows that a change of code changed no result, or which");
  if (!line.parse(arguments)) return 0;
  if (line.has("against")) return run_comparison(line);
  if (line.has("json")) throw UsageError("report: --json goes with --against DIR");

  ReportOptions options;
  options.folder = line.words().front();
  options.html = line.path("html").value_or("");
  options.pdf = line.path("pdf").value_or("");
  options.latex = line.path("latex").value_or("");
  options.csv = line.path("csv").value_or("");
  options.commands = reader_commands();
  std::cout << write_report(options).string() << "\n";
  for (const auto& written : {options.pdf, options.latex, options.csv}) {
    if (!written.empty()) std::cout << written.string() << "\n";
  }
  return 0;
}

}  // namespace

extern const Verb report;
const Verb report = {"report", "renders stored results as HTML, PDF, LaTeX and CSV", 7, run_report};

}  // namespace unrecur::registry::verbs
