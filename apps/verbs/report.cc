// Stored results as a report: HTML, and PDF, LaTeX and CSV where asked for.

#include "reports/report/report.h"

#include <iostream>

#include "apps/cli/command_line.h"
#include "apps/cli/reader_commands.h"
#include "apps/cli/verb.h"

namespace unrecur::registry::verbs {
namespace {

int run_report(const std::vector<std::string>& arguments) {
  CommandLine line("report", "Renders stored results as one HTML file that opens without a network.");
  line.positional("DIR", "a folder of results, as reproduce --out wrote it", 1, 1);
  line.option("html", "FILE", "where the report goes; default DIR/report.html");
  line.option("pdf", "FILE", "a PDF too; needs Chromium");
  line.option("latex", "DIR", "a folder for tables (booktabs) and figures (pgfplots)");
  line.option("csv", "DIR", "a folder for one CSV file per figure");
  line.example("unrecur report out/smoke", "writes out/smoke/report.html");
  line.example("unrecur report out/laptop --pdf report.pdf --csv numbers",
               "the same as PDF, and the numbers behind it");
  if (!line.parse(arguments)) return 0;

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
