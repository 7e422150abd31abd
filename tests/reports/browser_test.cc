// The report in a real browser: every figure drawn, every formula set, no error, and the charts answer.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/errors.h"
#include "reports/print/pdf.h"
#include "reports/report/report.h"
#include "reports/results/assets.h"
#include "tests/reports/browser.h"
#include "tests/reports/synthetic_results.h"
#include "tests/support/file_content.h"
#include "tests/support/temporary_folder.h"

namespace unrecur::browser_test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using unrecur::testing::BrowserRun;
using unrecur::testing::content;
using unrecur::testing::open_in_browser;
using unrecur::testing::store_synthetic_results;
using unrecur::testing::TemporaryFolder;

class ReportInBrowserSlow : public ::testing::Test {
 protected:
  void SetUp() override {
    browser_ = reports::find_browser();
    if (browser_.empty()) GTEST_SKIP() << "needs a browser: install the Debian package chromium";
    if (reports::asset("d3.min.js").empty() || reports::asset("katex.js").empty()) {
      GTEST_SKIP() << "built without d3 or KaTeX: install libjs-d3 and libjs-katex and configure again";
    }
    store_synthetic_results(folder_.path());
    report_ = write_report({.folder = folder_.path(), .csv = folder_ / "csv"});
  }

  /// Runs a script in the report once it stands; the script's `answer` comes back.
  json ask(const std::string& script) {
    std::string html = content(report_);
    html.insert(html.rfind("</body>"),
                "<script>\n(function () { var answer = {}; unrecur.finish();\n" + script +
                    "\nvar pre = document.createElement('pre'); pre.id = 'answer';\n"
                    "pre.textContent = '@@' + encodeURIComponent(JSON.stringify(answer)) + '@@';\n"
                    "document.body.appendChild(pre); })();\n</script>\n");
    run_ = open_in_browser(browser_, folder_.write("asked.html", html));
    const std::size_t begin = run_.dom.find(">@@");
    const std::size_t end = run_.dom.find("@@<", begin);
    if (begin == run_.dom.npos || end == run_.dom.npos) {
      ADD_FAILURE() << "no answer\n" << run_.console;
      return {};
    }
    return json::parse(decoded(run_.dom.substr(begin + 3, end - begin - 3)));
  }

  static std::string decoded(const std::string& text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '%') {
        plain += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
        i += 2;
      } else {
        plain += text[i];
      }
    }
    return plain;
  }

  void expect_no_errors() const {
    EXPECT_EQ(run_.status, 0);
    EXPECT_EQ(run_.console, "");
    EXPECT_EQ(run_.dom.find("data-errors"), run_.dom.find("'data-errors'") + 1) << "an error was noted on the page";
  }

  TemporaryFolder folder_;
  fs::path browser_, report_;
  BrowserRun run_;
};

TEST_F(ReportInBrowserSlow, DrawsEveryFigureAndSetsEveryFormula) {
  const json answer = ask(R"(
    answer.errors = document.documentElement.getAttribute('data-errors');
    answer.ready = document.documentElement.getAttribute('data-ready');
    answer.figures = Array.from(document.querySelectorAll('figure.chart')).map(function (f) {
      return {id: f.id, drawn: f.getAttribute('data-drawn'), curves: f.querySelectorAll('path.curve').length,
              labelled: !!document.getElementById(f.getAttribute('aria-labelledby')),
              empty: Array.from(f.querySelectorAll('path.curve')).filter(function (p) {
                return !/L/.test(p.getAttribute('d')) || /NaN/.test(p.getAttribute('d')); }).length};
    });
    answer.formulas = document.querySelectorAll('.tex').length;
    answer.set = document.querySelectorAll('.tex .katex').length;
    answer.wrong = document.querySelectorAll('.katex-error').length;
    answer.overflow = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  )");
  expect_no_errors();
  EXPECT_TRUE(answer["errors"].is_null()) << answer["errors"];
  EXPECT_EQ(answer["ready"], "true");
  EXPECT_EQ(answer["figures"].size(), 11u);
  for (const json& figure : answer["figures"]) {
    EXPECT_EQ(figure["drawn"], "true") << figure;
    EXPECT_GE(figure["curves"], 4) << figure;
    EXPECT_EQ(figure["empty"], 0) << figure;
    EXPECT_TRUE(figure["labelled"]) << figure;
  }
  EXPECT_GE(answer["formulas"], 20);
  EXPECT_EQ(answer["set"], answer["formulas"]);
  EXPECT_EQ(answer["wrong"], 0);
  EXPECT_LE(answer["overflow"], 0) << "the page scrolls sideways";
}

/// The plan of what is stored, with claims: so that there is a scoreboard.
void store_plan(const fs::path& folder) {
  json jobs = json::array();
  for (const auto& job : fs::directory_iterator(folder / "jobs")) jobs.push_back(job.path().filename().string());
  fs::create_directories(folder / "experiments");
  std::ofstream(folder / "experiments/gap.json") << json{
      {"schema", "unrecur.experiment/1"},
      {"experiment", "gap"},
      {"tier", "laptop"},
      {"claim", {{"C1", "They perform alike."}, {"C8", "The gap decays."}, {"C9", "Nobody settles this."}}},
      {"verdict", {{"C1", "At most 2 % above."}, {"C8", "Below its bounds."}}},
      {"jobs", jobs},
      {"not_run", json::array()}}.dump();
}

TEST_F(ReportInBrowserSlow, TheFirstScreenIsTheScoreboardAndThePictures) {
  store_plan(folder_.path());
  report_ = write_report(
      {.folder = folder_.path(), .commands = {.reproduce = [](const std::string& name, const std::string& tier) {
                                   return "unrecur reproduce " + name + " --tier " + tier;
                                 }}});
  const json answer = ask(R"(
    var front = document.querySelector('main > section'), board = front.querySelector('.scores');
    answer.first = front.id + ' ' + front.firstElementChild.className;
    answer.claims = Array.from(board.querySelectorAll('tbody tr:not(.group)')).map(function (row) {
      return [row.querySelector('b').textContent, row.querySelector('.badge').textContent]; });
    answer.dead = Array.from(board.querySelectorAll('a')).filter(function (a) {
      return !document.getElementById(a.getAttribute('href').slice(1)); }).length;
    answer.links = board.querySelectorAll('a').length;
    answer.bottom = board.getBoundingClientRect().bottom < innerHeight;
    answer.pictures = Array.from(front.querySelectorAll('figure')).map(function (f) { return f.getAttribute('data-drawn'); });
    answer.buttons = front.querySelectorAll('.controls').length;
    answer.before = front.querySelectorAll('.scores ~ p').length === 1 && front.lastElementChild.tagName === 'P';
    answer.contents = front.compareDocumentPosition(document.querySelector('nav')) & Node.DOCUMENT_POSITION_FOLLOWING ? 'below' : 'above';
    answer.command = document.querySelector('#gap .command code').textContent;
    answer.copy = document.querySelector('#gap .command button').getAttribute('aria-label');
    answer.complete = document.documentElement.getAttribute('data-complete');
    answer.overflow = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    answer.verdicts = Array.from(board.querySelectorAll('.verdict')).every(function (cell) {
      var own = cell.getBoundingClientRect(), row = cell.parentNode.getBoundingClientRect();
      return own.right <= row.right + 1 && own.top >= row.top - 1 && own.bottom <= row.bottom + 1; });
    answer.roles = board.querySelectorAll('[role=row]').length === board.querySelectorAll('tr').length;
    // As many claims as the paper and its price have, and the pictures still are on the first screen.
    var row = board.querySelector('tbody tr:not(.group)');
    for (var i = answer.claims.length; i < 12; ++i) row.parentNode.appendChild(row.cloneNode(true));
    answer.plot = [front.querySelector('.plot').getBoundingClientRect().bottom, innerHeight];
  )");
  expect_no_errors();
  EXPECT_EQ(answer["verdicts"], true) << "they stand in their rows";
  EXPECT_EQ(answer["roles"], true);
  EXPECT_LE(answer["plot"][0], answer["plot"][1]) << "the pictures lie below the first screen";
  EXPECT_EQ(answer["first"], "summary table scores");
  ASSERT_EQ(answer["claims"].size(), 3u);
  EXPECT_EQ(answer["claims"][0], json::parse(R"(["C1", "✓ reproduced"])"));
  EXPECT_EQ(answer["claims"][1][0], "C8");
  EXPECT_EQ(answer["claims"][2], json::parse(R"(["C9", "· not run"])"));
  EXPECT_EQ(answer["dead"], 0);
  EXPECT_EQ(answer["links"], 3);
  EXPECT_EQ(answer["bottom"], true);
  EXPECT_EQ(answer["pictures"], json::parse(R"(["true"])"));
  EXPECT_EQ(answer["buttons"], 0);
  EXPECT_EQ(answer["before"], true) << "what the words mean stands below the pictures";
  EXPECT_EQ(answer["contents"], "below");
  EXPECT_EQ(answer["command"], "unrecur reproduce gap --tier laptop");
  EXPECT_EQ(answer["copy"], "Copy the command unrecur reproduce gap --tier laptop");
  EXPECT_EQ(answer["complete"], "true");
  EXPECT_LE(answer["overflow"], 0);
}

TEST_F(ReportInBrowserSlow, FamiliesDifferBySymbolsAndFlatLinesAreFlat) {
  const json answer = ask(R"(
    var chart = unrecur.charts.filter(function (c) { return !c.spec.small; })[0];
    var symbols = chart.spec.families.map(unrecur.symbolOf);
    answer.symbols = symbols.length - d3.set(symbols).size();
    answer.drawn = chart.place.node().querySelectorAll('path.symbol').length;
    answer.inLegend = chart.place.node().querySelectorAll('.legend svg path').length;
    answer.families = symbols.length;
    answer.flat = unrecur.domainOf([0.9898021, 0.9898023], false, 0.04);
    answer.told = unrecur.flatSpan([0.9898021, 0.9898023]);
    answer.notFlat = unrecur.flatSpan([0.98, 0.99]);
    answer.ticks = unrecur.ticks(answer.flat, false, 5).map(function (t) { return t.text; });
    answer.log = unrecur.domainOf([1, 100], true, 0);
  )");
  expect_no_errors();
  EXPECT_EQ(answer["symbols"], 0) << "two families with one symbol";
  EXPECT_GE(answer["drawn"], 5);
  EXPECT_EQ(answer["inLegend"], 2 * answer["families"].get<int>());
  EXPECT_LT(answer["flat"][0], 0.9890);
  EXPECT_GT(answer["flat"][1], 0.9906);
  EXPECT_EQ(answer["told"], json::parse("[0.9898021, 0.9898023]"));
  EXPECT_TRUE(answer["notFlat"].is_null());
  for (const json& tick : answer["ticks"]) EXPECT_LE(tick.get<std::string>().size(), 6u) << tick;
  EXPECT_EQ(answer["log"], json::parse("[1, 100]"));
}

TEST_F(ReportInBrowserSlow, DownloadsTheNumbersThatCsvHas) {
  const json answer = ask(R"(
    unrecur.charts.forEach(function (c) { answer[c.spec.id] = unrecur.csv(c.spec); });
  )");
  expect_no_errors();
  ASSERT_EQ(answer.size(), 11u);
  for (const auto& [id, csv] : answer.items()) {
    std::istringstream ours(content(folder_ / ("csv/" + id + ".csv")));
    std::istringstream theirs(csv.get<std::string>());
    std::string a, b;
    while (std::getline(ours, a)) {
      ASSERT_TRUE(std::getline(theirs, b));
      if (a == b) continue;
      // The last number may be written in another way (1e-07, 1e-7) and has seven digits in the page.
      const std::size_t comma = a.rfind(',');
      ASSERT_EQ(a.substr(0, comma), b.substr(0, b.rfind(',')));
      const double exact = std::stod(a.substr(comma + 1));
      ASSERT_NEAR(exact, std::stod(b.substr(b.rfind(',') + 1)), 1e-6 * std::abs(exact));
    }
    EXPECT_FALSE(std::getline(theirs, b));
  }
}

TEST_F(ReportInBrowserSlow, ChartsAnswer) {
  const json answer = ask(R"(
    var chart = unrecur.charts.filter(function (c) { return !c.spec.small; })[0], place = chart.place.node();
    function curves() { return place.querySelectorAll('path.curve').length; }
    function press(key) { chart.svg.node().dispatchEvent(new KeyboardEvent('keydown', {key: key, bubbles: true})); }
    function pointer(type, x, y) {
      var box = chart.svg.node().getBoundingClientRect();
      chart.svg.node().dispatchEvent(new PointerEvent(type, {clientX: box.left + x, clientY: box.top + y, button: 0,
        pointerType: 'mouse', pointerId: 1, bubbles: true}));
    }
    chart.svg.node().setPointerCapture = function () {}; // knows real pointers only
    var select = place.querySelector('select');
    answer.first = [curves(), select.value, place.querySelectorAll('path.band').length];
    select.selectedIndex = 0; select.dispatchEvent(new Event('change'));
    answer.before = curves();
    place.querySelector('.legend button').click();
    answer.oneHidden = curves();
    place.querySelector('.legend button').click();
    answer.shownAgain = curves();
    select.selectedIndex = 1; select.dispatchEvent(new Event('change'));
    answer.meanOnly = curves();
    select.selectedIndex = 2; select.dispatchEvent(new Event('change'));
    answer.oneSeed = curves();
    select.selectedIndex = 0; select.dispatchEvent(new Event('change'));
    answer.domain = chart.x.domain();
    pointer('pointerdown', chart.left + 100, chart.top + 50);
    pointer('pointermove', chart.left + 200, chart.top + 52);
    answer.dragging = place.querySelectorAll('.drag').length;
    pointer('pointerup', chart.left + 200, chart.top + 52);
    answer.zoomed = chart.x.domain();
    answer.yKept = chart.domain.y === null;
    chart.svg.node().dispatchEvent(new MouseEvent('dblclick', {bubbles: true}));
    answer.reset = chart.x.domain();
    pointer('pointermove', chart.x(10), chart.y(chart.spec.curves[0].y[9]));
    answer.values = place.querySelector('.values').textContent;
    answer.crosshair = place.querySelectorAll('.cross').length;
    press('ArrowRight');
    answer.read = place.querySelector('[aria-live]').textContent;
    press('+');
    answer.closer = chart.x.domain();
    press('0');
    chart.svg.node().focus();
    chart.svg.node().dispatchEvent(new WheelEvent('wheel', {deltaY: -50, clientX: 300, clientY: 300, bubbles: true, cancelable: true}));
    answer.wheeled = chart.x.domain();
    press('0');
    var log = Array.from(place.querySelectorAll('.controls button')).filter(function (b) { return b.textContent === 'log y'; })[0];
    log.click();
    answer.linear = [chart.log.y, log.getAttribute('aria-pressed'), chart.y.domain()[0]];
    log.click();
    answer.svg = unrecur.standaloneSvg(chart);
    answer.wellFormed = !new DOMParser().parseFromString(answer.svg, 'image/svg+xml').querySelector('parsererror');
    document.getElementById('theme').click(); document.getElementById('theme').click();
    answer.theme = document.documentElement.getAttribute('data-theme');
    answer.errors = document.documentElement.getAttribute('data-errors');
  )");
  expect_no_errors();
  EXPECT_TRUE(answer["errors"].is_null()) << answer["errors"];
  EXPECT_EQ(answer["first"], json::parse("[5, \"mean\", 5]")) << "of many families, means with bands at first";
  const int all = answer["before"];
  EXPECT_EQ(all, 20);  // five families shown, each three seeds and their mean
  EXPECT_EQ(answer["oneHidden"], all - 4);
  EXPECT_EQ(answer["shownAgain"], all);
  EXPECT_EQ(answer["meanOnly"], all / 4);
  EXPECT_EQ(answer["oneSeed"], all / 4);
  EXPECT_EQ(answer["dragging"], 1);
  EXPECT_GT(answer["zoomed"][0], answer["domain"][0]);
  EXPECT_LT(answer["zoomed"][1], answer["domain"][1]);
  EXPECT_EQ(answer["yKept"], true);
  EXPECT_EQ(answer["reset"], answer["domain"]);
  const std::string values = answer["values"];
  EXPECT_NE(values.find("truncation order k = 10"), values.npos) << values;
  EXPECT_NE(values.find("Proposition 3 (upper bound)"), values.npos) << values;
  EXPECT_EQ(answer["crosshair"], 1);
  EXPECT_NE(answer["read"].get<std::string>().find("truncation order k = 11"), std::string::npos) << answer["read"];
  EXPECT_GT(answer["closer"][0], answer["domain"][0]);
  EXPECT_GT(answer["wheeled"][0], answer["domain"][0]);
  EXPECT_EQ(answer["linear"][0], false);
  EXPECT_EQ(answer["linear"][1], "false");
  EXPECT_LE(answer["linear"][2], 0);
  const std::string svg = answer["svg"];
  EXPECT_EQ(svg.find("var("), svg.npos);
  EXPECT_NE(svg.find("Proposition 3 (upper bound)"), svg.npos);
  EXPECT_EQ(answer["wellFormed"], true);
  EXPECT_EQ(answer["theme"], "dark");
}

TEST_F(ReportInBrowserSlow, FitsAPhone) {
  // Headless Chromium's window is at least 500 wide; a frame is not.
  std::string html = content(report_);
  html.insert(
      html.rfind("</body>"),
      "<script>unrecur.finish(); parent.postMessage(document.documentElement.scrollWidth <= innerWidth ? 'fits ' +"
      " document.querySelectorAll('[data-drawn=true]').length : 'too wide', '*')</script>");
  folder_.write("framed.html", html);
  const std::string frame =
      "<!DOCTYPE html><script>window.onmessage = function (e) { document.title = e.data; };</script>"
      "<iframe src=\"framed.html\" style=\"width:360px;height:740px;border:0\"></iframe>";
  const BrowserRun run = open_in_browser(browser_, folder_.write("phone.html", frame));
  EXPECT_NE(run.dom.find("<title>fits 11</title>"), run.dom.npos) << run.dom.substr(0, 600) << run.console;
}

TEST_F(ReportInBrowserSlow, PrintsToPdf) {
  const fs::path pdf = folder_ / "report.pdf";
  write_report({.folder = folder_.path(), .pdf = pdf});
  const std::string bytes = content(pdf);
  EXPECT_TRUE(bytes.starts_with("%PDF-"));
  EXPECT_GT(bytes.size(), 50000u);
}

TEST(Pdf, NeedsABrowser) {
  const char* path = std::getenv("PATH");
  const std::string kept = path == nullptr ? "" : path;
  setenv("PATH", "/nonexistent", 1);
  const TemporaryFolder folder;
  store_synthetic_results(folder.path());
  EXPECT_THROW(
      try { write_report({.folder = folder.path(), .pdf = folder / "r.pdf"}); } catch (const ResourceError& error) {
        EXPECT_NE(std::string(error.what()).find("package chromium"), std::string::npos);
        throw;
      },
      ResourceError);
  EXPECT_TRUE(fs::exists(folder / "report.html"));
  setenv("PATH", kept.c_str(), 1);
}

}  // namespace
}  // namespace unrecur::browser_test
