#include "reports/blocks/figure_data.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "reports/print/latex.h"

namespace unrecur::reports::figure_data_test {
namespace {

Figure example() {
  Figure f;
  f.id = "example";
  f.title = "Title with </script> and $k$";
  f.x.label = "order $k$";
  f.y = {"gap, \"largest\"", true};
  f.families = {{"m", "measured, all", Kind::measured, 1}, {"b", "bound", Kind::upper, 2}};
  f.curves = {{"m", std::nullopt, {1, 2}, {0.5, 0.1}}, {"m", 7, {1, 2}, {0.25, 1.0 / 3}}, {"b", 7, {2, 3}, {2, 1}}};
  f.levels = {{'y', 0.01, "ε", 0}};
  return f;
}

TEST(FigureCsv, HasEveryNumberExactly) {
  EXPECT_EQ(figure_csv(example()),
            "curve,kind,seed,order k,\"gap, \"\"largest\"\"\"\n"
            "\"measured, all\",measured,,1,0.5\n"
            "\"measured, all\",measured,,2,0.1\n"
            "\"measured, all\",measured,7,1,0.25\n"
            "\"measured, all\",measured,7,2,0.3333333333333333\n"
            "bound,upper bound,7,2,2\n"
            "bound,upper bound,7,3,1\n"
            "ε,level,,,0.01\n");
}

TEST(FigureJson, CannotEndAScriptElement) {
  const Figure figure = example();
  const std::string text = figures_json({&figure});
  EXPECT_EQ(text.find('<'), text.npos);
  const auto json = nlohmann::json::parse(text);
  EXPECT_EQ(json["example"]["title"], "Title with </script> and k");
  EXPECT_NEAR(json["example"]["curves"][1]["y"][1].get<double>(), 1.0 / 3, 1e-7) << "seven digits";
  EXPECT_EQ(json["example"]["xs"], nlohmann::json::parse("[[1,2],[2,3]]")) << "each list of x once";
  EXPECT_EQ(json["example"]["curves"][1]["x"], 0);
  EXPECT_EQ(json["example"]["curves"][2]["x"], 1);
  EXPECT_TRUE(json["example"]["curves"][0]["seed"].is_null());
  EXPECT_EQ(json["example"]["families"][1]["kind"], "upper");
}

TEST(FigureJson, ReplacesWhatIsNoUtf8) {
  Figure figure = example();
  figure.families[0].label = "bad \xff byte";
  EXPECT_NO_THROW(figures_json({&figure}));
}

TEST(WideTable, PutsStrongCurvesSideBySide) {
  const WideTable wide = wide_table(example());
  EXPECT_EQ(wide.columns, (std::vector<std::string>{"order k", "measured, all", "bound"}));
  ASSERT_EQ(wide.rows.size(), 3u);
  EXPECT_EQ(wide.rows[0][1], 0.5);  // the mean, not the seed
  EXPECT_TRUE(std::isnan(wide.rows[0][2]));
  EXPECT_EQ(wide.rows[1], (std::vector<double>{2, 0.1, 2}));
  EXPECT_EQ(pgfplots_csv(example()), "x,c1,c2\n1,0.5,nan\n2,0.1,2\n3,nan,1\n");
}

TEST(LatexFigure, DashesBoundsOnly) {
  const std::string latex = latex_figure(example(), "example.csv");
  EXPECT_NE(latex.find("\\addplot+[solid, mark repeat=1000] table[col sep=comma, x=x, y=c1] {example.csv}"),
            latex.npos);
  EXPECT_NE(latex.find("\\addplot+[dashed, mark repeat=1000] table[col sep=comma, x=x, y=c2] {example.csv}"),
            latex.npos);
  EXPECT_NE(latex.find("ymode=log"), latex.npos);
}

TEST(LatexFigure, AnAxisOnWhichNothingHappensHasEnds) {
  Figure flat = example();
  flat.y.log = false;
  for (Curve& curve : flat.curves) {
    for (double& y : curve.y) y = 0.9898021 + 1e-7 * y;
  }
  EXPECT_NE(latex_figure(flat, "flat.csv").find("ymin=0.97990"), std::string::npos) << latex_figure(flat, "flat.csv");
  EXPECT_EQ(latex_figure(example(), "example.csv").find("ymin"), std::string::npos);
}

TEST(LatexTable, BreaksLongTextAndNoNumbers) {
  const Table table{"t", "Caption.", {{"what"}, {"how"}, {"number", true}}, {{"a", std::string(60, 'x'), "1"}}};
  const std::string latex = latex_table(table);
  EXPECT_NE(latex.find("\\begin{tabular}{lp{0."), std::string::npos) << latex;
  EXPECT_NE(latex.find("\\linewidth}r}"), std::string::npos) << latex;
}

}  // namespace
}  // namespace unrecur::reports::figure_data_test
