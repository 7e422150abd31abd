#include "reports/report/scoreboard.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <map>
#include <tuple>

#include "reports/blocks/markup.h"
#include "reports/blocks/numbers.h"

namespace unrecur::reports {
namespace {

struct ClaimGroup {
  const char* about;
  std::vector<std::string> claims;
};

/// What the paper's claims are about.
const std::vector<ClaimGroup>& paper_groups() {
  static const std::vector<ClaimGroup> groups = {{"What stability costs", {"C1", "C2", "C4"}},
                                                 {"What is stable without being made so", {"C3", "C5"}},
                                                 {"What truncation costs", {"C6", "C7", "C8", "C8 unstable"}}};
  return groups;
}

/// C1, C2, … C10 in the order of their numbers.
auto place_of_claim(const std::string& name) {
  std::size_t digits = 0;
  while (digits + 1 < name.size() && std::isdigit(static_cast<unsigned char>(name[digits + 1]))) ++digits;
  const int number = digits == 0 ? 0 : std::atoi(name.substr(1, digits).c_str());
  return std::tuple(name.substr(0, 1), number, name);
}

/// Without the part in brackets at its end, which is about one experiment.
std::string general(const std::string& statement) {
  const std::size_t open = statement.rfind(" (");
  if (open == std::string::npos || !(statement.ends_with(")") || statement.ends_with(")."))) return statement;
  return statement.substr(0, open) + ".";
}

Outcome joint(const std::vector<Score::Evidence>& evidence) {
  int run = 0, reproduced = 0, failed = 0;
  for (const Score::Evidence& e : evidence) {
    if (e.outcome == Outcome::not_run) continue;
    ++run;
    if (e.outcome == Outcome::reproduced) ++reproduced;
    if (e.outcome == Outcome::not_reproduced) ++failed;
  }
  if (run == 0) return Outcome::not_run;
  if (reproduced == run) return Outcome::reproduced;
  return failed == run ? Outcome::not_reproduced : Outcome::same_direction;
}

void join(std::string& text, const std::string& part) {
  if (part.empty() || text.find(part) != std::string::npos) return;
  text += (text.empty() ? "" : "; ") + part;
}

std::map<std::string, Score> scores_of(std::span<const ExperimentClaims> experiments) {
  std::map<std::string, Score> scores;
  for (const ExperimentClaims& experiment : experiments) {
    for (const SettledClaim& claim : experiment.claims) {
      Score& score = scores[claim.name];
      score.claim = claim.name;
      const std::string statement = general(claim.statement);
      if (score.statement.empty() || statement.size() < score.statement.size()) score.statement = statement;
      join(score.published, claim.published);
      join(score.ours, claim.ours);
      score.evidence.push_back({literal(experiment.experiment), claim.target, claim.outcome});
    }
  }
  for (auto& [name, score] : scores) score.outcome = joint(score.evidence);
  return scores;
}

/// "2 of 3 claims reproduced, 1 in the same direction."
std::string counted(const std::vector<Score>& scores) {
  std::map<Outcome, int> counts;
  for (const Score& score : scores) ++counts[score.outcome];
  std::string text = std::to_string(counts[Outcome::reproduced]) + " of " + std::to_string(scores.size()) +
                     (scores.size() == 1 ? " claim reproduced" : " claims reproduced");
  if (const int n = counts[Outcome::same_direction]) text += ", " + std::to_string(n) + " in the same direction";
  if (const int n = counts[Outcome::not_reproduced]) text += ", " + std::to_string(n) + " not";
  if (const int n = counts[Outcome::not_run]) text += ", " + std::to_string(n) + " not run";
  return text;
}

void add_group(Scoreboard& board, const std::string& about, std::vector<Score> scores) {
  if (scores.empty()) return;
  std::ranges::sort(scores, {}, [](const Score& score) { return place_of_claim(score.claim); });
  board.groups.push_back({"**" + about + "**: " + counted(scores) + ".", std::move(scores)});
}

}  // namespace

Scoreboard make_scoreboard(std::span<const ExperimentClaims> experiments) {
  std::map<std::string, Score> scores = scores_of(experiments);
  Scoreboard board;
  board.id = "scoreboard";
  if (!scores.empty())
    board.caption =
        "**Reproduced**: the claim's rule, written down before the runs, holds in every experiment that settles it. "
        "**Same direction**: it fails somewhere, and at least half of what it asks about agrees. **Not run**: results "
        "that "
        "it asks for are missing. Minus: the stable model is better. Brackets: 95 % bootstrap interval over paired "
        "seeds. Published numbers are as recalled; none has been "
        "checked against the printed paper.";
  for (const ClaimGroup& group : paper_groups()) {
    std::vector<Score> own;
    for (const std::string& name : group.claims) {
      if (const auto found = scores.extract(name)) own.push_back(found.mapped());
    }
    add_group(board, group.about, std::move(own));
  }
  std::vector<Score> others;
  for (auto& [name, score] : scores) others.push_back(std::move(score));
  add_group(board, "Beyond the paper", std::move(others));
  return board;
}

Table score_table(const Scoreboard& board) {
  Table table{board.id, board.caption, {{"claim"}, {"statement"}, {"verdict"}, {"published"}, {"ours"}}, {}};
  for (const Scoreboard::Group& group : board.groups) {
    for (const Score& score : group.scores) {
      const auto text = [](const std::string& markup) { return markup.empty() ? std::string(kNothing) : markup; };
      table.rows.push_back(
          {score.claim, score.statement, std::string(name_of(score.outcome)), text(score.published), text(score.ours)});
    }
  }
  return table;
}

std::vector<std::string> not_reproduced_by(const Scoreboard& board) {
  std::vector<std::string> list;
  for (const Scoreboard::Group& group : board.groups) {
    for (const Score& score : group.scores) {
      std::string by;
      for (const Score::Evidence& e : score.evidence) {
        if (e.outcome == Outcome::same_direction || e.outcome == Outcome::not_reproduced) {
          by += (by.empty() ? "" : ", ") + e.title;
        }
      }
      if (!by.empty()) {
        list.push_back("**" + score.claim + "** (" + by + "): " + score.statement +
                       (score.ours.empty() ? "" : " Ours: " + score.ours + "."));
      }
    }
  }
  return list;
}

}  // namespace unrecur::reports
