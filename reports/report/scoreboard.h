#pragma once

#include <span>
#include <string>
#include <vector>

#include "reports/blocks/block.h"
#include "reports/results/section.h"

namespace unrecur::reports {

/// What one experiment settles.
struct ExperimentClaims {
  std::string experiment;
  std::vector<SettledClaim> claims;
};

/// One row a claim, in the order C1, C2, …, then by name, over all experiments that speak about it: reproduced where
/// all that have results reproduce it, not reproduced where none does, else the same direction. Claims are grouped by
/// what they are about (stability's price, stability of what is trained without it, truncation; others by themselves),
/// each group with a sentence that counts.
Scoreboard make_scoreboard(std::span<const ExperimentClaims> experiments);

/// The same as a table, for LaTeX.
Table score_table(const Scoreboard& board);

/// The claims that some experiment did not reproduce, with that experiment: "C1 by table1".
std::vector<std::string> not_reproduced_by(const Scoreboard& board);

}  // namespace unrecur::reports
