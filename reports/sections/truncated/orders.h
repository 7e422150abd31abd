#pragma once

#include <map>
#include <string>
#include <vector>

#include "reports/results/claims.h"
#include "reports/results/section.h"
#include "reports/results/variants.h"

namespace unrecur::reports::truncated {

/// The variants of one cell by the order they were trained at; 0 is the recurrent model.
using ByOrder = std::map<int, const Variant*>;

/// By cell: elman, lstm.
std::map<std::string, ByOrder> by_cell(const std::vector<Variant>& variants);

/// C6 by the rule of fig4a.toml and fig4b.toml: holds when for the RNN and for the LSTM the mean test measure at order
/// 16 and at every larger order is at most 2 % above the recurrent model's over paired seeds; fails when one is not;
/// open while the recurrent model or order 16 of one of them is missing.
ClaimOutcome truncation_costs_little(const std::vector<Variant>& variants);

/// The section of figure 4a or 4b: prose, claim, figure, table.
SectionContent order_section(const SectionInput& input, const std::string& experiment);

}  // namespace unrecur::reports::truncated
