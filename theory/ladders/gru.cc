#include "theory/gru_rates.h"
#include "theory/ladder.h"
#include "theory/notes.h"

namespace unrecur {
namespace {

using Certify = std::optional<Certificate> (*)(const BoxedGru&);

/// Why there is nothing to certify, and what would help.
std::string reason(const InputSet& inputs) {
  return inputs.bounded() ? "an update gate can come as near to 1 as makes no difference"
                          : "inputs are not bounded: needs --input-bound or --inputs";
}

/// What keeps the rate up: the slowest update gate, and whether the candidate or the update gate is the stronger way.
std::string limits_of(const BoxedGru& gru) {
  Index slowest = 0;
  const double update = gru.box.z.value.maxCoeff(&slowest);
  const Vector<double> sums = gru.weights.recurrent_of(1).cwiseAbs().rowwise().sum();
  const double through_update = sums.cwiseProduct(gru_coefficients(gru.box).update).maxCoeff();
  return "update gate up to " + short_decimal(update) + " (unit " + std::to_string(slowest) +
         "), recurrence through it " + short_decimal(through_update);
}

std::vector<Rung> climb_gru(const Cell<double>& cell, const LadderOptions& options) {
  const std::optional<BoxedGru> gru = boxed_gru(cell, options.inputs);
  std::vector<Rung> rungs;
  const auto add = [&](const char* method, Certify certify) {
    if (!wanted(options, method)) return;
    rungs.push_back(upper_rung(method, [&] { return gru ? certify(*gru) : std::nullopt; }));
    if (!gru) rungs.back().note = reason(options.inputs);
  };
  add("delta_iss", &certify_gru_delta_iss);
  add("comparison_matrix", &certify_gru_comparison);
  if (gru && wanted(options, "comparison_matrix") && rungs.back().certificate) rungs.back().note = limits_of(*gru);
  add("block_2norm", &certify_gru_block_2norm);
  if (wanted(options, "spectral_radius_at_fixed_point")) rungs.push_back(fixed_point_rung(cell, options.inputs));
  return rungs;
}

}  // namespace

namespace registry::ladders {
extern const CellLadder gru;
const CellLadder gru{"gru", &climb_gru};
}  // namespace registry::ladders

}  // namespace unrecur
