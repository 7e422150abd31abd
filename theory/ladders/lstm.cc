#include <utility>

#include "theory/ladder.h"
#include "theory/lstm_rates.h"
#include "theory/notes.h"

namespace unrecur {
namespace {

using Certify = std::optional<Certificate> (*)(const BoxedLstm&);

/// Why no box was found, and what would give one.
std::string reason(const InputSet& inputs) {
  return inputs.bounded() ? "a forget gate can come as near to 1 as makes no difference"
                          : "inputs are not bounded: needs --input-bound or --inputs";
}

/// What keeps the rate up: the slowest forget gate, and the gate through which the recurrence is strongest.
std::string limits_of(const BoxedLstm& lstm) {
  Index slowest = 0;
  const double forget = lstm.box.f.value.maxCoeff(&slowest);
  const LstmCoefficients by = lstm_coefficients(lstm.box);
  const std::pair<const char*, const Vector<double>*> gates[] = {
      {"input gate", &by.i}, {"forget gate", &by.f}, {"candidate", &by.z}, {"output gate", &by.o}};
  double strongest = 0.0;
  std::string name = "no gate";
  for (Index g = 0; g < 4; ++g) {
    const Vector<double> sums = lstm.weights.recurrent_of(g).cwiseAbs().rowwise().sum();
    const double strength = sums.cwiseProduct(*gates[g].second).maxCoeff();
    if (!(strength > strongest)) continue;
    strongest = strength;
    name = std::string("the ") + gates[g].first;
  }
  return "forget gate up to " + short_decimal(forget) + " (unit " + std::to_string(slowest) +
         "), recurrence strongest through " + name + " (" + short_decimal(strongest) + ")";
}

std::vector<Rung> climb_lstm(const Cell<double>& cell, const LadderOptions& options) {
  const std::optional<BoxedLstm> lstm = boxed_lstm(cell, options.inputs);
  std::vector<Rung> rungs;
  const auto add = [&](const char* method, Certify certify) {
    if (!wanted(options, method)) return;
    rungs.push_back(upper_rung(method, [&] { return lstm ? certify(*lstm) : std::nullopt; }));
    if (!lstm) rungs.back().note = reason(options.inputs);
  };
  add("miller_hardt", &certify_miller_hardt);
  add("delta_iss", &certify_delta_iss);
  add("comparison_matrix", &certify_lstm_comparison);
  if (lstm && wanted(options, "comparison_matrix") && rungs.back().certificate) rungs.back().note = limits_of(*lstm);
  add("block_2norm", &certify_lstm_block_2norm);
  if (wanted(options, "spectral_radius_at_fixed_point")) rungs.push_back(fixed_point_rung(cell, options.inputs));
  return rungs;
}

}  // namespace

namespace registry::ladders {
extern const CellLadder lstm;
const CellLadder lstm{"lstm", &climb_lstm};
}  // namespace registry::ladders

}  // namespace unrecur
