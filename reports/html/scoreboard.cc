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

std::string score_html(const Score& score) {
  const Badge badge = badge_of(score.outcome);
  const auto text = [](const std::string& markup) { return markup.empty() ? kNothing : inline_html(markup); };
  return fmt::format(
      "<tr class=\"{0}\"><th scope=\"row\"><b>{1}</b> {2}</th><td class=\"verdict\"><span class=\"badge {0}\"><span "
      "aria-hidden=\"true\">{3}</span> {4}</span></td><td data-title=\"published\">{5}</td><td "
      "data-title=\"ours\">{6}</td><td data-title=\"evidence\">{7}</td></tr>\n",
      badge.style, inline_html(score.claim), inline_html(score.statement), badge.sign, name_of(score.outcome),
      text(score.published), text(score.ours), evidence_html(score));
}

}  // namespace

std::string scoreboard_html(const Scoreboard& board) {
  std::string bodies;
  for (const Scoreboard::Group& group : board.groups) {
    bodies += fmt::format("<tbody>\n<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"5\">{}</th></tr>\n",
                          inline_html(group.sentence));
    for (const Score& score : group.scores) bodies += score_html(score);
    bodies += "</tbody>\n";
  }
  return fmt::format(
      "<div class=\"table scores\" id=\"tab-{0}\"><table aria-label=\"Claims and how they came out\">\n<thead><tr><th "
      "scope=\"col\">claim</th><th scope=\"col\">verdict</th><th scope=\"col\">published</th><th "
      "scope=\"col\">ours</th><th scope=\"col\">evidence</th></tr></thead>\n{1}</table></div>\n",
      escape_html(board.id), bodies);
}

}  // namespace unrecur::reports
