#include "theory/check/ladders/ladders.h"
#include "theory/gated/gru_rates.h"

namespace unrecur {
namespace {

using GruProof = std::optional<Certificate> (*)(const BoxedGru&);

/// Why there is nothing to certify, and what would help.
std::string reason_without_limit(const InputSet& inputs) {
  return inputs.bounded() ? "an update gate can come as near to 1 as makes no difference"
                          : "inputs are not bounded: needs --input-bound, --inputs or --embedding";
}

}  // namespace

std::vector<Rung> climb_gru(const Cell<double>& cell, const LadderOptions& options) {
  const std::optional<BoxedGru> gru = boxed_gru(cell, options.inputs);
  std::vector<Rung> rungs;
  const auto add = [&](const char* method, GruProof certify) {
    if (!wanted(options, method)) return;
    rungs.push_back(upper_rung(method, [&] { return gru ? certify(*gru) : std::nullopt; }));
    if (!gru) rungs.back().note = reason_without_limit(options.inputs);
  };
  add("delta_iss", &certify_gru_delta_iss);
  add("comparison_matrix", &certify_gru_comparison);
  add("block_2norm", &certify_gru_block_2norm);
  add_orbit_rungs(rungs, cell, options);
  return rungs;
}

}  // namespace unrecur
