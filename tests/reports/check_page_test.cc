// The page of `unrecur check`: verdict first, everything drawn, and no name of a file can break out of it.
#include "reports/check/page.h"

#include <gtest/gtest.h>

#include "base/errors.h"
#include "reports/blocks/rates.h"
#include "reports/check/words.h"
#include "reports/html/page.h"
#include "reports/print/pdf.h"
#include "reports/print/printable.h"
#include "tests/reports/browser.h"
#include "tests/support/file_content.h"
#include "tests/support/temporary_folder.h"

namespace unrecur::reports::check_page_test {
namespace {

using unrecur::testing::content;
using unrecur::testing::open_in_browser;
using unrecur::testing::TemporaryFolder;

CheckedBound bound(const std::string& method, Kind side, bool proved, std::optional<double> rate) {
  return {method, side, proved, rate, side == Kind::upper ? "two" : "", 0.0123, "a note"};
}

CheckedLayer layer(const std::string& name) {
  CheckedLayer l;
  l.name = name;
  l.cell = "lstm";
  l.verdict = "proved";
  l.description = "lstm layer, 8 units, 3 inputs";
  l.direction = "forward";
  l.state_size = 8;
  l.input_size = 3;
  l.recurrent_norm = 0.5;
  l.lower = 0.25;
  l.upper = 0.875;
  l.context = {.k = 42, .at_least = 17};
  l.answer = "the layer forgets: 42 steps of context are enough for an error of 0.001";
  l.limits = {"the forget gate of unit 3 opens up to 0.8"};
  l.help = {"a bound: '--input-bound B' where every |x_i| <= B"};
  l.gates = {{"forget", 0.3, 0.4, 0.8, 0.1, {3, 1}}};
  l.bounds = {bound("delta_iss", Kind::upper, true, 1.5), bound("block_2norm", Kind::upper, true, 0.875),
              bound("miller_hardt", Kind::upper, true, std::nullopt),
              bound("spectral_radius_at_fixed_point", Kind::lower, false, 0.5)};
  l.curves = {{"block_2norm", 0.875, {1e-1, 1e-2, 1e-3}, {7, 24, 42}}};
  return l;
}

CheckedModel model(std::vector<CheckedLayer> layers) {
  return {"some/model.onnx", "abc123", "onnx", "proved", 1e-3, std::move(layers)};
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++n;
  return n;
}

/// The page without the libraries that it carries, in which anything may stand.
std::string written_part(const std::string& html) {
  const std::size_t body = html.find("<body>"), scripts = html.find("<section id=\"licences\"", body);
  return html.substr(html.find("<title>"), 300) + html.substr(body, scripts - body);
}

TEST(Rates, AreBoundsAsPrinted) {
  EXPECT_EQ(format_rate(0.123456, Kind::upper), "0.12346");
  EXPECT_EQ(format_rate(0.123451, Kind::upper), "0.12346");
  EXPECT_EQ(format_rate(0.123459, Kind::lower), "0.12345");
  EXPECT_EQ(format_rate(0.99999999, Kind::upper), "1 − 1·10⁻⁸");
  EXPECT_EQ(format_rate(1.0 - 0x1p-40, Kind::upper, Script::ascii), "1 - 9.09e-13");
  EXPECT_EQ(format_rate(1.0 - 0x1p-40, Kind::lower, Script::ascii), "1 - 9.1e-13");
  EXPECT_EQ(format_rate(1.0 + 0x1p-14, Kind::lower, Script::ascii), "1 + 6.1e-05");
  EXPECT_EQ(format_rate(1.0 + 0x1p-14, Kind::upper, Script::ascii), "1 + 6.11e-05");
  EXPECT_EQ(format_rate(1.0, Kind::upper), "1");
  EXPECT_EQ(format_rate(0.0, Kind::lower), "0");
  EXPECT_EQ(format_rate(9.72919e14, Kind::upper, Script::ascii), "9.7292e+14");
}

TEST(Rates, AxisHasOneAndEveryBoundOnIt) {
  for (const std::vector<double>& ends :
       std::vector<std::vector<double>>{{0.25, 0.875}, {1.00005, 1.00008}, {1e-9, 4e15}, {}, {1.0}}) {
    std::vector<RateRow> rows;
    for (const double end : ends) rows.push_back({"", "", std::nullopt, end, true, {}});
    const RateAxis axis(rows);
    double before = -1;
    bool one = false;
    for (const auto& tick : axis.ticks()) {
      EXPECT_GT(tick.place, before);
      EXPECT_LE(tick.place, 1.0);
      before = tick.place;
      one = one || tick.text == "1";
    }
    EXPECT_TRUE(one);
    EXPECT_GT(axis.place_of(1.0), 0.0);
    EXPECT_LT(axis.place_of(1.0), 1.0);
    for (std::size_t i = 1; i < ends.size(); ++i) EXPECT_GT(axis.place_of(ends[i]), axis.place_of(ends[i - 1]));
  }
}

TEST(Printable, TakesControlsAndBrokenBytesAway) {
  EXPECT_EQ(printable("lstm.l0 ε"), "lstm.l0 ε");
  EXPECT_EQ(printable("a\x1b[2Jb\n"), "a\xEF\xBF\xBD[2Jb\xEF\xBF\xBD");
  EXPECT_EQ(printable("\xff\xc3"), "\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(printable("\xe2\x80\xae"
                      "x"),
            "\xEF\xBF\xBDx");
  EXPECT_EQ(printable("\xed\xa0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");  // half a surrogate pair
}

TEST(CheckPage, SaysTheVerdictFirstAndDrawsBracketLadderAndContext) {
  const std::string html = html_page(check_document(model({layer("lstm.l0")})));
  const std::size_t summary = html.find("id=\"summary\""), verdict = html.find("<strong>Proved</strong>");
  ASSERT_NE(summary, html.npos);
  EXPECT_LT(summary, verdict);
  EXPECT_LT(verdict, html.find("<section", summary + 1));
  EXPECT_NE(html.find("42 steps of context"), html.npos);
  EXPECT_NE(html.find("id=\"rates-bracket-1\""), html.npos);
  EXPECT_NE(html.find("aria-label=\"at least 0.25, at most 0.875, proved\""), html.npos);
  EXPECT_NE(html.find("aria-label=\"at most 1.5, proved\""), html.npos);
  EXPECT_NE(html.find("aria-label=\"at least 0.5, floating\""), html.npos);
  EXPECT_NE(html.find("aria-label=\"no bound\""), html.npos);
  EXPECT_EQ(count(html, "<code>miller_hardt</code>"), 1u);
  EXPECT_NE(html.find("data-figure=\"context-1\""), html.npos);
  EXPECT_NE(html.find("<code>--input-bound B</code>"), html.npos);
  EXPECT_NE(html.find("abc123"), html.npos);
  EXPECT_EQ(html.find("id=\"layers\""), html.npos) << "one layer needs no overview";
}

TEST(CheckPage, ManyLayersHaveAnOverviewThatLeadsToEach) {
  std::vector<CheckedLayer> layers;
  for (int i = 0; i < 25; ++i) layers.push_back(layer("gru." + std::to_string(i)));
  const std::string html = html_page(check_document(model(layers)));
  EXPECT_NE(html.find("25 are proved to forget, 0 are refuted, 0 are undecided"), html.npos);
  for (int i = 1; i <= 25; ++i) {
    const std::string anchor = "layer-" + std::to_string(i);
    EXPECT_EQ(count(html, "href=\"#" + anchor + "\""), 1u) << "only from the overview";
    EXPECT_EQ(count(html, "id=\"" + anchor + "\""), 1u);
  }
  EXPECT_LT(html.find("id=\"rates-layers\""), html.find("id=\"layer-1\""));
}

TEST(CheckPage, NamesOfAFileCannotBreakOut) {
  const std::string evil =
      "</script><script>alert(1)</script>\"'onload=x <img src=x> `code` **b** $t$ \\ \x1b[31m \xff";
  CheckedLayer l = layer(evil);
  l.tensors = {evil};
  l.note = l.domain = l.description = l.answer = evil;
  l.limits = l.help = {evil};
  l.bounds[0].note = l.bounds[0].norm = evil;
  l.curves[0].method = evil;
  CheckedModel m = model({l, layer("b")});
  m.path = "x/" + evil;
  m.format = evil;
  const std::string whole = html_page(check_document(m));
  EXPECT_EQ(whole.find("<script>alert"), whole.npos);
  EXPECT_EQ(whole.find("onload=x <img"), whole.npos) << "also in the figures' numbers";
  const std::string html = written_part(whole);
  EXPECT_EQ(html.find("<img"), html.npos);
  EXPECT_EQ(html.find('\x1b'), html.npos);
  EXPECT_EQ(html.find("<strong>b</strong>"), html.npos);
  EXPECT_EQ(html.find("class=\"tex\">t<"), html.npos);
  EXPECT_NE(html.find("&lt;/script&gt;&lt;script&gt;alert(1)"), html.npos) << "and is shown as it is";
  EXPECT_NO_THROW(write_check_page(m, TemporaryFolder() / "page.html"));
}

TEST(CheckPage, SaysWhereItCannotBeWritten) {
  const TemporaryFolder folder;
  try {
    write_check_page(model({layer("a")}), folder / "missing/page.html");
    FAIL() << "a page was written into a folder that is not there";
  } catch (const ResourceError& error) {
    EXPECT_NE(std::string(error.what()).find("missing/page.html"), std::string::npos) << error.what();
  }
  write_check_page(model({layer("a")}), folder / "page.html");
  EXPECT_TRUE(content(folder / "page.html").starts_with("<!DOCTYPE html>"));
}

TEST(CheckPageInBrowserSlow, DrawsWithoutErrorsAndFitsAPhone) {
  const auto browser = find_browser();
  if (browser.empty()) GTEST_SKIP() << "needs a browser: install the Debian package chromium";
  const TemporaryFolder folder;
  std::vector<CheckedLayer> layers(6, layer("encoder.en_convs.2.tra.att_gru.with_a_rather_long_name.l0"));
  std::string html = html_page(check_document(model(layers)));
  html.insert(
      html.rfind("</body>"),
      "<script>unrecur.finish(); parent.postMessage([document.documentElement.scrollWidth <= innerWidth ? 'fits' : "
      "'too wide',"
      "document.documentElement.getAttribute('data-errors'), document.querySelectorAll('[data-drawn=true]').length]"
      ".join(' '), '*')</script>");
  folder.write("framed.html", html);
  for (const char* width : {"390", "1100"}) {
    const std::string frame =
        "<!DOCTYPE html><script>window.onmessage = function (e) { document.title = e.data; };</script><iframe "
        "src=\"framed.html\" style=\"height:800px;border:0;width:" +
        std::string(width) + "px\"></iframe>";
    const auto run = open_in_browser(browser, folder.write("frame.html", frame), "1300,900");
    EXPECT_NE(run.dom.find("<title>fits  6</title>"), run.dom.npos) << width << run.dom.substr(0, 300) << run.console;
  }
}

}  // namespace
}  // namespace unrecur::reports::check_page_test
