#include "reports/blocks/markup.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>

#include "reports/html/escape.h"
#include "reports/print/latex_text.h"
#include "tests/support/file_content.h"

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

TEST(Markup, HatsAndGreekLettersAreFormulasInLatex) {
  EXPECT_EQ(inline_latex("β̂ is less than β"), "$\\hat{\\beta}$ is less than $\\beta$");
  EXPECT_EQ(inline_latex("y\u0302, ∂φ, ∞"), "$\\hat{y}$, $\\partial$$\\varphi$, $\\infty$");
}

/// pdflatex knows no letter beyond ASCII in its own fonts that the text does not make a formula of.
TEST(Markup, WhatReportsAreWrittenInIsKnownToLatex) {
  std::set<std::string> unknown;
  for (const char* folder : {"reports", "experiments/figures", "experiments/configs"}) {
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(std::string(UNRECUR_SOURCE_DIR "/") + folder)) {
      if (entry.path().extension() != ".cc" && entry.path().extension() != ".toml") continue;
      const std::string text = testing::content(entry.path());
      for (std::size_t at = 0; at < text.size();) {
        const auto first = static_cast<unsigned char>(text[at]);
        const std::size_t length = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
        const std::string letter = text.substr(at, length);
        at += length;
        if (first < 0x80 || letter == "\u0302") continue;
        const std::string latex = inline_latex(letter);
        if (std::ranges::any_of(latex, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }))
          unknown.insert(letter);
      }
    }
  }
  EXPECT_EQ(unknown, std::set<std::string>());
}

}  // namespace
}  // namespace unrecur::reports::markup_test
