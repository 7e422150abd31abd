#include "reports/print/latex.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "reports/blocks/figure_data.h"
#include "reports/blocks/markup.h"
#include "reports/blocks/numbers.h"

namespace unrecur::reports {
namespace {

struct Replacement {
  std::string_view from, to;
};

constexpr Replacement replacements[] = {{"\\", "\\textbackslash{}"},
                                        {"{", "\\{"},
                                        {"}", "\\}"},
                                        {"$", "\\$"},
                                        {"&", "\\&"},
                                        {"#", "\\#"},
                                        {"%", "\\%"},
                                        {"_", "\\_"},
                                        {"^", "\\textasciicircum{}"},
                                        {"~", "\\textasciitilde{}"},
                                        {"−", "$-$"},
                                        {"±", "$\\pm$"},
                                        {"·", "$\\cdot$"},
                                        {"…", "\\dots{}"},
                                        {"–", "--"},
                                        {"≤", "$\\le$"},
                                        {"\u00a0", "~"},
                                        {"↑", "$\\uparrow$"},
                                        {"↓", "$\\downarrow$"},
                                        {"≈", "$\\approx$"},
                                        {"‖", "$\\Vert$"},
                                        {"γ", "$\\gamma$"},
                                        {"₁", "$_1$"},
                                        {"₂", "$_2$"},
                                        {"ε", "$\\varepsilon$"},
                                        {"λ", "$\\lambda$"},
                                        {"⁰", "$^0$"},
                                        {"¹", "$^1$"},
                                        {"²", "$^2$"},
                                        {"³", "$^3$"},
                                        {"⁴", "$^4$"},
                                        {"⁵", "$^5$"},
                                        {"⁶", "$^6$"},
                                        {"⁷", "$^7$"},
                                        {"⁸", "$^8$"},
                                        {"⁹", "$^9$"},
                                        {"⁻", "$^-$"}};

std::string escape_latex(std::string_view text) {
  std::string latex;
  while (!text.empty()) {
    const auto* found = std::find_if(std::begin(replacements), std::end(replacements),
                                     [&](const Replacement& r) { return text.starts_with(r.from); });
    if (found == std::end(replacements)) {
      latex += text.front();
      text.remove_prefix(1);
    } else {
      latex += found->to;
      text.remove_prefix(found->from.size());
    }
  }
  return latex;
}

std::string style_of(Kind kind) {
  switch (kind) {
    case Kind::upper:
      return "dashed";
    case Kind::lower:
      return "dashdotted";
    case Kind::floor:
      return "dotted";
    case Kind::estimate:
      return "solid, thin, mark=o";
    case Kind::measured:
      break;
  }
  return "solid";
}

}  // namespace

std::string inline_latex(std::string_view markup) {
  std::string latex;
  for (const Span& span : parse_markup(markup)) {
    switch (span.style) {
      case Span::Style::text:
        latex += escape_latex(span.text);
        break;
      case Span::Style::strong:
        latex += "\\textbf{" + escape_latex(span.text) + "}";
        break;
      case Span::Style::emphasis:
        latex += "\\emph{" + escape_latex(span.text) + "}";
        break;
      case Span::Style::code:
        latex += "\\texttt{" + escape_latex(span.text) + "}";
        break;
      case Span::Style::tex:
        latex += "$" + span.text + "$";
        break;
    }
  }
  return latex;
}

namespace {

/// The lines of a cell, one above the other.
std::string cell_latex(const std::string& cell) {
  if (cell.find('\n') == cell.npos) return inline_latex(cell);
  std::string lines;
  for (std::size_t begin = 0; begin <= cell.size();) {
    const std::size_t end = std::min(cell.find('\n', begin), cell.size());
    lines += (begin == 0 ? "" : " \\\\ ") + inline_latex(cell.substr(begin, end - begin));
    begin = end + 1;
  }
  return "\\shortstack[r]{" + lines + "}";
}

}  // namespace

std::string latex_table(const Table& table) {
  std::string columns;
  std::vector<std::string> head;
  for (const Column& c : table.columns) {
    columns += c.numeric ? 'r' : 'l';
    head.push_back(inline_latex(c.title));
  }
  std::string body;
  for (const auto& row : table.rows) {
    std::vector<std::string> cells;
    for (const std::string& cell : row) cells.push_back(cell_latex(cell));
    body += fmt::format("    {} \\\\\n", fmt::join(cells, " & "));
  }
  return fmt::format(
      "\\begin{{table}}\n  \\centering\n  \\caption{{{}}}\n  \\label{{tab:{}}}\n  \\begin{{tabular}}{{{}}}\n    "
      "\\toprule\n"
      "    {} \\\\\n    \\midrule\n{}    \\bottomrule\n  \\end{{tabular}}\n\\end{{table}}\n",
      inline_latex(table.caption), table.id, columns, fmt::join(head, " & "), body);
}

std::string pgfplots_csv(const Figure& figure) {
  const WideTable wide = wide_table(figure);
  std::string csv = "x";
  for (std::size_t c = 1; c < wide.columns.size(); ++c) csv += ",c" + std::to_string(c);
  csv += "\n";
  for (const auto& row : wide.rows) {
    std::vector<std::string> cells;
    for (const double v : row) cells.push_back(std::isnan(v) ? "nan" : exact_number(v));
    csv += fmt::format("{}\n", fmt::join(cells, ","));
  }
  return csv;
}

namespace {

/// Names in the place of numbers; lines without marks unless there are points alone.
std::string ticks_of(const Figure& figure) {
  std::string options;
  const bool points = std::ranges::any_of(figure.families, &Family::points);
  if (!points) options += "no markers, ";
  if (figure.x.names.empty()) return options;
  std::string places, names;
  for (std::size_t i = 0; i < figure.x.names.size(); ++i) {
    places += (i == 0 ? "" : ",") + std::to_string(i);
    names += (i == 0 ? "{" : ",{") + escape_latex(figure.x.names[i]) + "}";
  }
  return options + "xtick={" + places + "}, xticklabels={" + names + "}, ";
}

}  // namespace

std::string latex_figure(const Figure& figure, const std::string& csv_name) {
  const auto mode = [](const Axis& axis) { return axis.log ? "log" : "normal"; };
  std::string plots;
  int column = 0;
  for (const Curve* curve : strong_curves(figure)) {
    const Family& family = *family_of(figure, *curve);
    const std::string style = family.points ? "only marks, mark=*" : style_of(family.kind) + ", mark repeat=1000";
    plots += fmt::format(
        "      \\addplot+[{}] table[col sep=comma, x=x, y=c{}] {{{}}};\n      "
        "\\addlegendentry{{{}{}}}\n",
        style, ++column, csv_name, escape_latex(family.label),
        family.kind == Kind::measured || family.kind == Kind::floor ? "" : " (" + format_kind(family.kind) + ")");
  }
  return fmt::format(
      "\\begin{{figure}}\n  \\centering\n  \\begin{{tikzpicture}}\n    \\begin{{axis}}[xlabel={{{}}}, ylabel={{{}}}, "
      "xmode={}, "
      "ymode={}, {}legend pos=outer north east]\n{}    \\end{{axis}}\n  \\end{{tikzpicture}}\n  "
      "\\caption{{{}. "
      "{}}}\n  \\label{{fig:{}}}\n\\end{{figure}}\n",
      inline_latex(figure.x.label), inline_latex(figure.y.label), mode(figure.x), mode(figure.y), ticks_of(figure),
      plots, inline_latex(figure.title), inline_latex(figure.caption), figure.id);
}

}  // namespace unrecur::reports
