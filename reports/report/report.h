#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "reports/compare/compare.h"
#include "reports/results/reader_commands.h"

namespace unrecur {

struct ReportOptions {
  std::filesystem::path folder;      ///< where results are: folder/jobs/HASH/result.json
  std::filesystem::path html = {};   ///< default: folder/report.html
  std::filesystem::path pdf = {};    ///< a PDF too, if not empty; needs Chromium
  std::filesystem::path latex = {};  ///< a folder for booktabs tables and pgfplots figures, all.tex with them in
                                     ///< the report's order, and report.tex around it, if not empty
  std::filesystem::path csv = {};    ///< a folder for one CSV file per figure, if not empty
  /// What was asked for and did not run, with the reason, beside what the folder shows by itself.
  std::vector<std::pair<std::string, std::string>> not_run = {};
  reports::ReaderCommands commands = {};
};

/// Renders stored results, without running anything. Every file is replaced in one step.
/// Returns the path of the HTML file.
/// Throws FileError when the folder holds no results or a malformed one, ResourceError when a file cannot be written or
/// the PDF cannot be made (the other files stand then).
std::filesystem::path write_report(const ReportOptions& options);

/// What changed between two folders of results, and the page that shows it.
struct ComparisonOptions {
  std::filesystem::path folder, against;
  std::filesystem::path html = {};  ///< default: folder/comparison.html
};
struct WrittenComparison {
  reports::ResultsComparison comparison;
  std::filesystem::path html;
};

/// Compares `folder` with `against`, which came before, and writes the page in one step. Throws as write_report.
WrittenComparison write_comparison(const ComparisonOptions& options);

}  // namespace unrecur
