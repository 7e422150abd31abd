#include "reports/html/blocks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/base64.h"
#include "reports/blocks/figure_data.h"
#include "reports/blocks/markup.h"
#include "reports/blocks/numbers.h"
#include "reports/html/escape.h"
#include "reports/html/rate_table.h"
#include "reports/html/scoreboard.h"

namespace unrecur::reports {
namespace {

std::string cell(const std::string& tag, const std::string& attributes, const std::string& style,
                 const std::string& content) {
  return fmt::format("<{}{}{}>{}</{}>", tag, attributes, style.empty() ? "" : " class=\"" + style + "\"", content, tag);
}

std::string style_of_cell(bool numeric, Tone tone) {
  std::string style = numeric ? "number" : "";
  if (tone != Tone::none) style += std::string(style.empty() ? "" : " ") + (tone == Tone::better ? "better" : "worse");
  return style;
}

Tone tone_of(const Table& table, std::size_t row, std::size_t column) {
  return row < table.tones.size() && column < table.tones[row].size() ? table.tones[row][column] : Tone::none;
}

/// A line break in a cell starts a second line.
std::string lines_html(const std::string& text) {
  std::string html;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    html += (begin == 0 ? "" : "<br>") + inline_html(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return html;
}

std::string table_grid(const Table& table) {
  std::string html = "<thead><tr>";
  for (const Column& c : table.columns)
    html += cell("th", " scope=\"col\"", style_of_cell(c.numeric, Tone::none), inline_html(c.title));
  html += "</tr></thead>\n<tbody>\n";
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    const auto& row = table.rows[r];
    html += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string style =
          style_of_cell(i < table.columns.size() && table.columns[i].numeric, tone_of(table, r, i));
      html +=
          i == 0 ? cell("th", " scope=\"row\"", style, lines_html(row[i])) : cell("td", "", style, lines_html(row[i]));
    }
    html += "</tr>\n";
  }
  return html + "</tbody>\n";
}

/// What stands in for a figure where no script can draw it.
std::string figure_grid(const Figure& figure) {
  const WideTable wide = wide_table(figure);
  Table table;
  for (const std::string& title : wide.columns) table.columns.push_back({literal(title), true});
  for (const auto& values : wide.rows) {
    std::vector<std::string> row;
    for (const double v : values) row.push_back(format_number(v));
    table.rows.push_back(std::move(row));
  }
  return "<p class=\"note\">This report was made without the drawing library (Debian package libjs-d3), so the figure "
         "is "
         "a table.</p>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"numbers of the "
         "figure\"><table>" +
         table_grid(table) + "</table></div>\n";
}

}  // namespace

std::string BlockWriter::prose(const Prose& prose) const {
  std::string html;
  for (const std::string& text : paragraphs(prose.text)) {
    const bool displayed = text.size() > 4 && text.starts_with("$$") && text.ends_with("$$");
    html += displayed ? "<div class=\"tex display\">" + escape_html(text.substr(2, text.size() - 4)) + "</div>\n"
                      : "<p>" + inline_html(text) + "</p>\n";
  }
  return html;
}

std::string BlockWriter::table(const Table& table) {
  const std::string caption = fmt::format("<b>Table {}.</b> {}", ++tables_, inline_html(table.caption));
  const std::string scroll = fmt::format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"cap-{0}\"><table "
      "aria-labelledby=\"cap-{0}\">\n{1}"
      "</table></div>\n",
      table.id, table_grid(table));
  if (table.folded) {
    return fmt::format("<details class=\"table\" id=\"tab-{0}\"><summary id=\"cap-{0}\">{1}</summary>\n{2}</details>\n",
                       table.id, caption, scroll);
  }
  return fmt::format("<div class=\"table\" id=\"tab-{0}\"><p class=\"caption\" id=\"cap-{0}\">{1}</p>\n{2}</div>\n",
                     table.id, caption, scroll);
}

std::string BlockWriter::figure(const Figure& figure) {
  const std::string place =
      charts_
          ? fmt::format(
                "<div class=\"plot\" data-figure=\"{}\"></div>\n<noscript>This figure needs JavaScript.</noscript>\n",
                escape_html(figure.id))
          : figure_grid(figure);
  return fmt::format(
      "<figure class=\"chart{0}\" id=\"fig-{1}\" role=\"figure\" aria-labelledby=\"title-{1}\">\n"
      "<p class=\"figure-title\" id=\"title-{1}\"><b>Figure {2}.</b> "
      "{3}</p>\n{4}<figcaption>{5}</figcaption>\n</figure>\n",
      figure.wide    ? " wide"
      : figure.small ? " small"
                     : "",
      escape_html(figure.id), ++figures_, inline_html(figure.title), place, inline_html(figure.caption));
}

std::string BlockWriter::audio(const Audio& audio) const {
  return fmt::format(
      "<div class=\"audio\" id=\"audio-{0}\"><p class=\"caption\" id=\"cap-audio-{0}\">{1}</p>\n"
      "<audio controls preload=\"metadata\" aria-labelledby=\"cap-audio-{0}\" "
      "src=\"data:audio/wav;base64,{2}\"></audio></div>\n",
      escape_html(audio.id), inline_html(audio.caption), base64(audio.wav));
}

std::string BlockWriter::write(const Block& block) {
  if (const auto* p = std::get_if<Prose>(&block)) return prose(*p);
  if (const auto* h = std::get_if<Heading>(&block)) return "<h3>" + inline_html(h->text) + "</h3>\n";
  if (const auto* t = std::get_if<Table>(&block)) return table(*t);
  if (const auto* f = std::get_if<Figure>(&block)) return figure(*f);
  if (const auto* s = std::get_if<Scoreboard>(&block)) return scoreboard_html(*s);
  if (const auto* c = std::get_if<Command>(&block)) {
    return "<p class=\"command\"><code>" + escape_html(c->text) + "</code></p>\n";
  }
  if (const auto* a = std::get_if<Audio>(&block)) return audio(*a);
  return rate_table_html(std::get<RateTable>(block), ++figures_);
}

}  // namespace unrecur::reports
