#pragma once

#include <vector>

#include "reports/blocks/block.h"
#include "reports/results/variants.h"

namespace unrecur::reports::table1 {

/// Table 1 as the paper prints it: a row a task, columns RNN, stable RNN, LSTM, stable LSTM. A cell has our mean test
/// measure (± standard deviation over seeds) above the published number; of the stable sets, the one that is best in
/// the mean on the validation part, named where there are several. Arrow and colour say whether ours is better.
Table paper_table(const std::vector<Variant>& variants);

/// The same as a picture: by how many percent ours is better than the published number, in each cell that has both;
/// whiskers are the 95 % bootstrap interval of the mean over seeds.
Figure paper_figure(const std::vector<Variant>& variants);

/// What stability costs against what it proves: by how many percent a stable variant's mean test measure is worse than
/// the unconstrained one's, over paired seeds, against the steps after which its proved rate λ leaves a thousandth of
/// any difference between two states, ln 1000 / ln(1/λ), in the norm of its certificate. A family for each kind of
/// cell; variants whose proved rate is not below 1 in every seed are left out.
Figure price_figure(const std::vector<Variant>& variants);

}  // namespace unrecur::reports::table1
