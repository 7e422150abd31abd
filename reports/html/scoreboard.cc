#include "reports/html/scoreboard.h"

#include <fmt/format.h>

#include "reports/blocks/markup.h"
#include "reports/blocks/numbers.h"
#include "reports/html/escape.h"

namespace unrecur::reports {
namespace {

/// A sign beside the word, so that neither colour nor reading is needed at a glance.
struct Badge {
  const char *sign, *style;
};

Badge badge_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::reproduced:
      return {"✓", "yes"};
    case Outcome::same_direction:
      return {"≈", "partly"};
    case Outcome::not_reproduced:
      return {"✗", "no"};
    case Outcome::not_run:
      break;
  }
  return {"·", "open"};
}

std::string evidence_html(const Score& score) {
  std::string html;
  for (const Score::Evidence& e : score.evidence) {
    html += fmt::format("{}<a href=\"#{}\" aria-label=\"{}: {}\">{}&nbsp;<span aria-hidden=\"true\">{}</span></a>",
                        html.empty() ? "" : " ", escape_html(e.target), escape_html(plain_text(e.title)),
                        name_of(e.outcome), inline_html(e.title), badge_of(e.outcome).sign);
  }
  return html;
}

/// A cell that says its title where the columns have none, and nothing where there is nothing.
std::string value_html(const char* title, const std::string& markup) {
  return fmt::format("<td role=\"cell\" data-title=\"{}\"{}>{}</td>", title, markup.empty() ? " class=\"nothing\"" : "",
                     markup.empty() ? kNothing : inline_html(markup));
}

std::string score_html(const Score& score) {
  const Badge badge = badge_of(score.outcome);
  return fmt::format(
      "<tr role=\"row\" class=\"{0}\"><th role=\"rowheader\" scope=\"row\"><b>{1}</b> {2}</th><td role=\"cell\" "
      "class=\"verdict\"><span class=\"badge {0}\"><span aria-hidden=\"true\">{3}</span> {4}</span></td>{5}{6}<td "
      "role=\"cell\" data-title=\"evidence\">{7}</td></tr>\n",
      badge.style, inline_html(score.claim), inline_html(score.statement), badge.sign, name_of(score.outcome),
      value_html("published", score.published), value_html("ours", score.ours), evidence_html(score));
}

}  // namespace

std::string scoreboard_html(const Scoreboard& board) {
  std::string bodies;
  for (const Scoreboard::Group& group : board.groups) {
    bodies += fmt::format(
        "<tbody role=\"rowgroup\">\n<tr role=\"row\" class=\"group\"><th role=\"rowheader\" scope=\"rowgroup\" "
        "colspan=\"5\">{}</th></tr>\n",
        inline_html(group.sentence));
    for (const Score& score : group.scores) bodies += score_html(score);
    bodies += "</tbody>\n";
  }
  std::string titles;
  for (const char* title : {"claim", "verdict", "published", "ours", "evidence"}) {
    titles += fmt::format("<th role=\"columnheader\" scope=\"col\">{}</th>", title);
  }
  // Narrow and very wide windows show rows as blocks, where browsers forget that this is a table: the roles say so.
  return fmt::format(
      "<div class=\"table scores\" id=\"tab-{0}\"><table role=\"table\" aria-label=\"Claims and how they came "
      "out\">\n<thead role=\"rowgroup\"><tr role=\"row\">{1}</tr></thead>\n{2}</table></div>\n",
      escape_html(board.id), titles, bodies);
}

}  // namespace unrecur::reports
