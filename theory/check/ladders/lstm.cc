#include "theory/check/ladders/ladders.h"
#include "theory/gated/lstm_rates.h"

namespace unrecur {
namespace {

using LstmProof = std::optional<Certificate> (*)(const BoxedLstm&);

/// Why no box was found, and what would give one.
std::string reason_without_box(const InputSet& inputs) {
  return inputs.bounded() ? "a forget gate can come as near to 1 as makes no difference"
                          : "inputs are not bounded: needs --input-bound, --inputs or --embedding";
}

}  // namespace

std::vector<Rung> climb_lstm(const Cell<double>& cell, const LadderOptions& options) {
  const std::optional<BoxedLstm> lstm = boxed_lstm(cell, options.inputs);
  std::vector<Rung> rungs;
  const auto add = [&](const char* method, LstmProof certify) {
    if (!wanted(options, method)) return;
    rungs.push_back(upper_rung(method, [&] { return lstm ? certify(*lstm) : std::nullopt; }));
    if (!lstm) rungs.back().note = reason_without_box(options.inputs);
  };
  add("miller_hardt", &certify_miller_hardt);
  add("delta_iss", &certify_delta_iss);
  add("comparison_matrix", &certify_lstm_comparison);
  add("block_2norm", &certify_lstm_block_2norm);
  add_orbit_rungs(rungs, cell, options);
  return rungs;
}

}  // namespace unrecur
