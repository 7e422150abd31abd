#include "reports/report/report.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <regex>
#include <sstream>

#include "base/errors.h"
#include "reports/results/assets.h"
#include "tests/reports/synthetic_results.h"
#include "tests/support/file_content.h"
#include "tests/support/temporary_folder.h"

namespace unrecur::report_test {
namespace {

namespace fs = std::filesystem;
using reports::asset;
using unrecur::testing::content;
using unrecur::testing::store_result;
using unrecur::testing::store_synthetic_results;
using unrecur::testing::synthetic_gap_result;
using unrecur::testing::TemporaryFolder;

/// The page without its scripts and styles.
std::string visible(std::string html) {
  for (const std::string tag : {"script", "style"}) {
    for (std::size_t at = html.find("<" + tag); at != html.npos; at = html.find("<" + tag, at)) {
      const std::string end = "</" + tag + ">";
      html.erase(at, html.find(end, at) + end.size() - at);
    }
  }
  return html;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++n;
  return n;
}

std::string report_of(const TemporaryFolder& folder) {
  return content(write_report({.folder = folder.path()}));
}

TEST(Report, IsOneFileThatRequestsNothing) {
  const TemporaryFolder folder;
  store_synthetic_results(folder.path());
  const fs::path file = write_report({.folder = folder.path()});
  EXPECT_EQ(file, folder.path() / "report.html");
  const std::string html = content(file);
  EXPECT_FALSE(std::regex_search(visible(html), std::regex("(src|href)=\"(?!#|data:)")));
  EXPECT_EQ(html.find("@import"), html.npos);
  for (std::size_t at = html.find("url("); at != html.npos; at = html.find("url(", at + 1)) {
    const std::string target = html.substr(at + 4, 6);
    // Data, or a part of the page (clip paths).
    EXPECT_TRUE(target.starts_with("data:") || target.starts_with("#") || target.starts_with("'#")) << target;
  }
  EXPECT_NE(html.find("default-src 'none'"), html.npos);
  // Nothing but the report is left: no temporary file.
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 2);
}

TEST(Report, IsTheSameForTheSameResults) {
  const TemporaryFolder folder;
  store_synthetic_results(folder.path());
  const std::string first = report_of(folder);
  EXPECT_EQ(first, report_of(folder));
}

TEST(Report, SaysWhatRanAndWhatDidNot) {
  const TemporaryFolder folder;
  store_synthetic_results(folder.path());
  fs::create_directories(folder / "jobs/feed");
  ReportOptions options{.folder = folder.path()};
  options.not_run = {{"table1 on wikitext-2", "the data set is not there"}};
  const std::string html = visible(content(write_report(options)));
  for (const char* text :
       {"unrecur reproduce gap --tier laptop", "files: music/jsb-chorales.json", "job feed",
        "gap, JSB Chorales, unconstrained, seed 2", "table1 on wikitext-2", "the data set is not there",
        "<code>0000000000</code>", "Some Processor 3000", "48 MiB", "1 min 2 s", "8.620 ± 0.020"}) {
    EXPECT_NE(html.find(text), html.npos) << text;
  }
}

TEST(Report, ShowsPublishedNumbersBesideOurs) {
  const TemporaryFolder folder;
  store_result(folder.path(), "a", synthetic_gap_result("jsb", "none", 0));
  store_result(folder.path(), "b", synthetic_gap_result("teacher", "none", 0));
  const std::string html = visible(report_of(folder));
  EXPECT_EQ(count(html, "<td class=\"number\">8.9</td>"), 1u);
  EXPECT_NE(html.find("quoted as remembered"), html.npos);
}

TEST(Report, TellsOfAMeasurementAboveItsBound) {
  const TemporaryFolder folder;
  auto result = synthetic_gap_result("jsb", "spectral", 0);
  for (auto& series : result["series"]) {
    if (series["name"] == "state_gap_max") series["y"][20] = 1e4;
  }
  store_result(folder.path(), "a", result);
  const std::string html = visible(report_of(folder));
  EXPECT_NE(html.find("<strong>2 of 128 comparisons of a measured gap with a bound fail.</strong>"), html.npos);
  EXPECT_EQ(html.find("comparisons of a measured gap with a bound hold"), html.npos);
}

TEST(Report, EscapesWhatResultsSay) {
  const TemporaryFolder folder;
  auto result = synthetic_gap_result("jsb", "spectral", 0);
  const std::string evil = "</script><script>alert('$x$ *y* `z`')</script>";
  result["experiment"] = "other";
  result["config"]["remark"] = evil;
  result["config"]["task"] = evil;
  result["provenance"]["command"] = evil;
  result["notes"]["remark"] = evil;
  result["series"][0]["name"] = evil;
  result["series"][0]["y_name"] = evil;
  store_result(folder.path(), "a", result);
  const std::string html = report_of(folder);
  EXPECT_EQ(html.find("<script>alert"), html.npos);
  EXPECT_NE(html.find("&lt;script&gt;alert(&#39;$x$ *y* `z`&#39;)&lt;/script&gt;"), html.npos);
}

TEST(Report, GivesAnUnknownExperimentAGenericSection) {
  const TemporaryFolder folder;
  auto result = synthetic_gap_result("jsb", "spectral", 0);
  result["experiment"] = "table9";
  store_result(folder.path(), "a", result);
  write_report({.folder = folder.path(), .csv = folder / "csv"});
  const std::string html = visible(content(folder / "report.html"));
  EXPECT_NE(html.find("<h2 id=\"h-table9\">table9</h2>"), html.npos);
  EXPECT_NE(html.find("<code>decay_rate</code>"), html.npos);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder / "csv"), {}), std::ptrdiff_t(result["series"].size()));
}

TEST(Report, PutsClaimsBesideTheirRules) {
  const TemporaryFolder folder;
  store_result(folder.path(), "a", synthetic_gap_result("jsb", "none", 0));
  store_result(folder.path(), "b", synthetic_gap_result("jsb", "spectral", 0));
  const nlohmann::json plan = {{"schema", "unrecur.experiment/1"},
                               {"experiment", "gap"},
                               {"tier", "laptop"},
                               {"claim", {{"C1", "They perform alike."}, {"C9", "Nobody evaluates this."}}},
                               {"verdict", {{"C1", "At most 2 % <above>."}}},
                               {"jobs", {"a", "b"}},
                               {"not_run", nlohmann::json::array()}};
  folder.write("experiments/gap.json", plan.dump());
  const std::string html = visible(report_of(folder));
  EXPECT_NE(html.find("<th scope=\"row\">C1</th><td>They perform alike.</td><td>At most 2 % &lt;above&gt;.</td>"
                      "<td><strong>holds</strong></td>"),
            html.npos);
  EXPECT_NE(html.find("<td>Nobody evaluates this.</td><td>–</td><td>open</td>"), html.npos);
}

TEST(Report, AnEmptyFolderOfJobsIsNoError) {
  const TemporaryFolder folder;
  fs::create_directories(folder / "jobs");
  EXPECT_NE(report_of(folder).find("No job has a result yet."), std::string::npos);
}

TEST(Report, CsvHasTheNumbersOfTheSeries) {
  const TemporaryFolder folder;
  const auto result = synthetic_gap_result("jsb", "spectral", 1);
  store_result(folder.path(), "a", result);
  write_report({.folder = folder.path(), .csv = folder / "csv"});
  std::ifstream csv(folder / "csv/gap-jsb-decay-stable-spectral.csv");
  std::string line;
  std::vector<double> y;
  while (std::getline(csv, line)) {
    const std::string head = "\"state gap, largest\",measured,1,";
    if (!line.starts_with(head)) continue;
    const std::string pair = line.substr(head.size());
    EXPECT_EQ(pair.substr(0, pair.find(',')), std::to_string(y.size() + 1));
    y.push_back(std::stod(pair.substr(pair.find(',') + 1)));
  }
  EXPECT_EQ(y, result["series"][0]["y"].get<std::vector<double>>());
}

TEST(Report, LatexTablesAndFigures) {
  const TemporaryFolder folder;
  store_synthetic_results(folder.path());
  write_report({.folder = folder.path(), .latex = folder / "latex"});
  const std::string table = content(folder / "latex/gap-loss.tex");
  EXPECT_NE(table.find("\\toprule"), table.npos);
  EXPECT_NE(table.find("8.620 $\\pm$ 0.020"), table.npos);
  EXPECT_EQ(count(table, "\\\\\n"), 5u);
  for (const auto& entry : fs::directory_iterator(folder / "latex")) {
    const std::string text = content(entry.path());
    if (entry.path().extension() == ".tex") {
      EXPECT_EQ(count(text, "\\begin{"), count(text, "\\end{")) << entry;
    }
  }
}

TEST(Report, SaysWhenItCannotBeWritten) {
  const TemporaryFolder folder;
  store_synthetic_results(folder.path());
  folder.write("file", "in the way");
  EXPECT_THROW(write_report({.folder = folder.path(), .html = folder / "file/report.html"}), ResourceError);
  EXPECT_THROW(write_report({.folder = folder / "nowhere"}), FileError);
}

double luminance(const std::string& colour) {
  double l = 0;
  const double weights[] = {0.2126, 0.7152, 0.0722};
  for (int i = 0; i < 3; ++i) {
    const double c = std::stoi(colour.substr(1 + 2 * static_cast<std::size_t>(i), 2), nullptr, 16) / 255.0;
    l += weights[i] * (c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4));
  }
  return l;
}

// WCAG 2: at least 3:1 for what is drawn and 4.5:1 for what is read.
TEST(Report, ColoursHaveContrastInEveryTheme) {
  const std::string css(asset("report.css"));
  const std::regex rule("--([a-z]+(-[0-9])?): (#[0-9a-f]{6})");
  double paper = 0;
  int themes = 0;
  int checked = 0;
  for (std::sregex_iterator it(css.begin(), css.end(), rule), end; it != end; ++it) {
    const std::string name = (*it)[1];
    const double l = luminance((*it)[3]);
    if (name == "paper") {
      paper = l;
      ++themes;
      continue;
    }
    if (name == "grid" || name == "tint") continue;
    const double contrast = (std::max(l, paper) + 0.05) / (std::min(l, paper) + 0.05);
    EXPECT_GE(contrast, name.starts_with("curve") ? 3.0 : 4.5) << name << " " << (*it)[3];
    ++checked;
  }
  EXPECT_EQ(themes, 4);  // light, dark chosen, dark by the system, print
  EXPECT_EQ(checked, 40);
}

}  // namespace
}  // namespace unrecur::report_test
