#include "reports/html/rate_table.h"

#include <fmt/format.h>

#include "reports/blocks/markup.h"
#include "reports/blocks/rates.h"
#include "reports/html/escape.h"

namespace unrecur::reports {
namespace {

std::string percent(double place) {
  return fmt::format("{:.2f}%", 100 * place);
}

/// What the line of a row shows, for those who do not see it.
std::string in_words(const RateRow& row) {
  std::string words;
  if (row.low) words += "at least " + format_rate(*row.low, Kind::lower);
  if (row.high) words += (words.empty() ? "at most " : ", at most ") + format_rate(*row.high, Kind::upper);
  if (words.empty()) return "no bound";
  return words + (row.proved ? ", proved" : ", floating");
}

std::string line_of(const RateRow& row, const RateAxis& axis) {
  std::string html = fmt::format("<i class=\"one\" style=\"left:{}\"></i>", percent(axis.place_of(1.0)));
  if (row.low || row.high) {
    const double left = row.low ? axis.place_of(*row.low) : 0.0, right = row.high ? axis.place_of(*row.high) : 1.0;
    const char* side = row.low && row.high ? "both" : row.high ? "upper" : "lower";
    const char* rigour = row.proved ? "proved" : "floating";
    html += fmt::format("<i class=\"reach {} {}\" style=\"left:{};width:{}\"></i>", side, rigour, percent(left),
                        percent(std::max(0.0, right - left)));
    const auto end = [&](double place) {
      html += fmt::format("<i class=\"end {} {}\" style=\"left:{}\"></i>", side, rigour, percent(place));
    };
    if (row.low) end(left);
    if (row.high) end(right);
  }
  return fmt::format("<div class=\"line\" role=\"img\" aria-label=\"{}\">{}</div>", escape_html(in_words(row)), html);
}

std::string scale_of(const RateAxis& axis) {
  std::string html;
  for (const RateAxis::Tick& tick : axis.ticks()) {
    html += fmt::format("<span{} style=\"left:{}\">{}</span>", tick.text == "1" ? " class=\"one\"" : "",
                        percent(tick.place), escape_html(tick.text));
  }
  return "<div class=\"scale\">" + html + "</div>";
}

std::string header(const RateTable& table, const RateAxis& axis) {
  std::string html = "<thead><tr>";
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const Column& column = table.columns[i];
    html += fmt::format("<th scope=\"col\"{}>{}</th>", column.numeric ? " class=\"number\"" : "",
                        inline_html(column.title));
    if (i == 0) html += "<th scope=\"col\" class=\"axis\">" + scale_of(axis) + "</th>";
  }
  return html + "</tr></thead>\n";
}

std::string row_html(const RateTable& table, const RateRow& row, const RateAxis& axis) {
  std::string label = inline_html(row.label);
  if (!row.target.empty()) label = fmt::format("<a href=\"#{}\">{}</a>", escape_html(row.target), label);
  std::string html = "<tr><th scope=\"row\">" + label + "</th><td class=\"axis\">" + line_of(row, axis) + "</td>";
  for (std::size_t i = 0; i < row.cells.size() && i + 1 < table.columns.size(); ++i) {
    const Column& column = table.columns[i + 1];
    html += fmt::format("<td{} data-title=\"{}\">{}</td>", column.numeric ? " class=\"number\"" : "",
                        escape_html(plain_text(column.title)), inline_html(row.cells[i]));
  }
  html += "</tr>\n";
  if (row.note.empty()) return html;
  return html + fmt::format("<tr class=\"note-below\"><td colspan=\"{}\">{}</td></tr>\n", table.columns.size() + 1,
                            inline_html(row.note));
}

}  // namespace

std::string rate_table_html(const RateTable& table, int number) {
  const RateAxis axis(table.rows);
  std::string rows;
  for (const RateRow& row : table.rows) rows += row_html(table, row, axis);
  return fmt::format(
      "<div class=\"table rates\" id=\"rates-{0}\"><p class=\"caption\" id=\"cap-{0}\"><b>Figure {1}.</b> {2}</p>\n"
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"cap-{0}\"><table "
      "aria-labelledby=\"cap-{0}\">\n{3}<tbody>\n{4}</tbody>\n</table></div></div>\n",
      escape_html(table.id), number, inline_html(table.caption), header(table, axis), rows);
}

}  // namespace unrecur::reports
