#include "reports/html/blocks.h"

#include <gtest/gtest.h>

namespace unrecur::reports::blocks_test {
namespace {

Figure small_figure() {
  Figure f;
  f.id = "small";
  f.title = "Small & plain";
  f.x.label = "k";
  f.y.label = "gap";
  f.families = {{"m", "measured", Kind::measured, 1}, {"b", "bound <", Kind::upper, 2}};
  f.curves = {{"m", 1, {1, 2}, {0.5, 0.25}}, {"b", 1, {2}, {3}}};
  return f;
}

TEST(Blocks, WithoutTheDrawingLibraryAFigureIsATable) {
  const std::string html = BlockWriter(false).write(small_figure());
  EXPECT_NE(html.find("libjs-d3"), html.npos);
  EXPECT_NE(html.find("<th scope=\"col\" class=\"number\">bound &lt;</th>"), html.npos);
  EXPECT_NE(
      html.find("<th scope=\"row\" class=\"number\">2</th><td class=\"number\">0.25</td><td class=\"number\">3</td>"),
      html.npos);
  EXPECT_NE(html.find("<td class=\"number\">–</td>"), html.npos);  // the bound has no value at k = 1
  EXPECT_EQ(html.find("data-figure"), html.npos);
}

TEST(Blocks, WithItAFigureIsAPlaceForTheScript) {
  const std::string html = BlockWriter(true).write(small_figure());
  EXPECT_NE(html.find("<div class=\"plot\" data-figure=\"small\"></div>"), html.npos);
  EXPECT_NE(html.find("<noscript>"), html.npos);
  EXPECT_NE(html.find("<b>Figure 1.</b> Small &amp; plain"), html.npos);
}

TEST(Blocks, NumbersFiguresAndTablesByThemselves) {
  BlockWriter writer(true);
  writer.write(small_figure());
  EXPECT_NE(writer.write(small_figure()).find("Figure 2."), std::string::npos);
  EXPECT_NE(writer.write(Table{"t", "caption", {{"a"}}, {{"1"}}}).find("Table 1."), std::string::npos);
}

TEST(Blocks, HeadersOfTablesAreHeaders) {
  const std::string html = BlockWriter(true).write(Table{"t", "c", {{"name"}, {"n", true}}, {{"**x**", "3"}}, true});
  EXPECT_NE(html.find("<th scope=\"col\">name</th><th scope=\"col\" class=\"number\">n</th>"), html.npos);
  EXPECT_NE(html.find("<th scope=\"row\"><strong>x</strong></th><td class=\"number\">3</td>"), html.npos);
  EXPECT_NE(html.find("<details class=\"table\" id=\"tab-t\">"), html.npos);
}

TEST(Blocks, DisplayedFormulas) {
  EXPECT_EQ(BlockWriter(true).write(Prose{"a $b$\n\n$$c < d$$"}),
            "<p>a <span class=\"tex\">b</span></p>\n<div class=\"tex display\">c &lt; d</div>\n");
}

}  // namespace
}  // namespace unrecur::reports::blocks_test
