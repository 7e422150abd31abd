#include "reports/blocks/markup.h"

#include <gtest/gtest.h>

#include "reports/html/escape.h"
#include "reports/print/latex.h"

namespace unrecur::reports::markup_test {
namespace {

TEST(Markup, Styles) {
  EXPECT_EQ(inline_html("a **b** *c* `d<` $x^2 < 1$"),
            "a <strong>b</strong> <em>c</em> <code>d&lt;</code> <span class=\"tex\">x^2 &lt; 1</span>");
  EXPECT_EQ(inline_latex("50% of $x$, `a_b`"), "50\\% of $x$, \\texttt{a\\_b}");
}

TEST(Markup, UnclosedMarksStandForThemselves) {
  EXPECT_EQ(inline_html("5 * 3 and $ and ``"), "5 * 3 and $ and ``");
}

TEST(Markup, LiteralTextParsesAsItself) {
  for (const char* text : {"a*b*c", "$x$", "\\*", "`", "**", "C:\\$HOME\\*.txt", "</script><b>&"}) {
    EXPECT_EQ(plain_text(literal(text)), text);
    EXPECT_EQ(inline_html(literal(text)), escape_html(text));
    EXPECT_EQ(plain_text("**" + literal(text) + "**"), text) << "inside strong";
  }
}

TEST(Markup, Paragraphs) {
  EXPECT_EQ(paragraphs("\n one\ntwo \n\n\n\n$$x$$\n"), (std::vector<std::string>{"one\ntwo", "$$x$$"}));
  EXPECT_TRUE(paragraphs(" \n\n ").empty());
}

TEST(Latex, SpecialCharacters) {
  EXPECT_EQ(inline_latex("\\\\ { } & # _ ^ ~"),
            "\\textbackslash{} \\{ \\} \\& \\# \\_ \\textasciicircum{} \\textasciitilde{}");
  EXPECT_EQ(inline_latex("1.2·10⁻⁷ ± 3"), "1.2$\\cdot$10$^-$$^7$ $\\pm$ 3");
}

TEST(Html, Base64) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("M"), "TQ==");
  EXPECT_EQ(base64("Ma"), "TWE=");
  EXPECT_EQ(base64("Man"), "TWFu");
  EXPECT_EQ(base64("\xff\xfe\xfd\xfc"), "//79/A==");
}

}  // namespace
}  // namespace unrecur::reports::markup_test
