#include "reports/print/latex.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "reports/blocks/figure_data.h"
#include "reports/blocks/numbers.h"
#include "reports/print/latex_text.h"

namespace unrecur::reports {
namespace {

/// Longest text of a column that is set in one line.
constexpr std::size_t one_line = 32;

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

/// Numbers to the right, text to the left; columns of long text share what is left of the line and are broken there.
std::string columns_latex(const Table& table) {
  std::vector<std::size_t> longest(table.columns.size());
  for (const auto& row : table.rows) {
    for (std::size_t c = 0; c < row.size(); ++c) longest[c] = std::max(longest[c], row[c].size());
  }
  const auto is_long = [&](std::size_t c) { return !table.columns[c].numeric && longest[c] > one_line; };
  // No text counts for more than three lines, or it would leave the others no room.
  const auto weight = [&](std::size_t c) { return static_cast<double>(std::min(longest[c], 3 * one_line)); };
  double all = 0.0, broken = 0.0;
  for (std::size_t c = 0; c < longest.size(); ++c) {
    all += weight(c);
    if (is_long(c)) broken += weight(c);
  }
  const double room = all > 0.0 ? std::max(0.3, 0.85 * broken / all) : 0.0;
  std::string columns;
  for (std::size_t c = 0; c < longest.size(); ++c) {
    if (is_long(c)) {
      columns += fmt::format("p{{{:.3f}\\linewidth}}", room * weight(c) / broken);
    } else {
      columns += table.columns[c].numeric ? 'r' : 'l';
    }
  }
  return columns;
}

}  // namespace

std::string latex_table(const Table& table) {
  std::vector<std::string> head;
  for (const Column& c : table.columns) head.push_back(inline_latex(c.title));
  std::string body;
  for (const auto& row : table.rows) {
    std::vector<std::string> cells;
    for (const std::string& cell : row) cells.push_back(cell_latex(cell));
    body += fmt::format("    {} \\\\\n", fmt::join(cells, " & "));
  }
  return fmt::format(
      "\\begin{{table}}\n  \\centering\\footnotesize\n  \\caption{{{}}}\n  \\label{{tab:{}}}\n  "
      "\\begin{{tabular}}{{{}}}\n    "
      "\\toprule\n"
      "    {} \\\\\n    \\midrule\n{}    \\bottomrule\n  \\end{{tabular}}\n\\end{{table}}\n",
      inline_latex(table.caption), table.id, columns_latex(table), fmt::join(head, " & "), body);
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

/// Ends of the y axis where all values are nearly the same: TeX's numbers cannot part them, and a reader is to see that
/// nothing happens.
std::string flat_axis(const Figure& figure) {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const Curve* curve : strong_curves(figure)) {
    for (const double y : curve->y) {
      low = std::min(low, y);
      high = std::max(high, y);
    }
  }
  const double size = std::max(std::abs(low), std::abs(high));
  if (figure.y.log || low > high || !(high - low <= 1e-3 * size) || size == 0.0) return "";
  const double middle = 0.5 * (low + high);
  return fmt::format("ymin={:.6g}, ymax={:.6g}, ", middle - 0.01 * size, middle + 0.01 * size);
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
      inline_latex(figure.x.label), inline_latex(figure.y.label), mode(figure.x), mode(figure.y),
      ticks_of(figure) + flat_axis(figure), plots, inline_latex(figure.title), inline_latex(figure.caption), figure.id);
}

std::string latex_document(const std::string& title) {
  return fmt::format(
      "\\documentclass{{article}}\n\\usepackage[T1]{{fontenc}}\n\\usepackage[utf8]{{inputenc}}\n"
      "\\usepackage[a4paper, margin=2cm]{{geometry}}\n\\usepackage{{amsmath, amssymb, booktabs, pgfplots}}\n"
      "\\pgfplotsset{{compat=1.16, "
      "width=0.55\\linewidth}}\n\\title{{{}}}\n\\date{{}}\n\\begin{{document}}\n\\maketitle\n"
      "\\input{{all}}\n\\end{{document}}\n",
      inline_latex(title));
}

}  // namespace unrecur::reports
