#include "theory/check/layer_check.h"

#include <algorithm>
#include <utility>

#include "theory/arithmetic/spectral_norm.h"
#include "theory/slope/slope_map.h"

namespace unrecur {
namespace {

double stacked_norm(const Cell<double>& cell) {
  const Matrix<double>* recurrent = find_parameter(cell.parameters(), "weight_hh_l0");
  return recurrent == nullptr || recurrent->size() == 0 ? 0.0 : SpectralNormProof(*recurrent).estimate();
}

std::vector<const Rung*> refutations_of(const std::vector<Rung>& rungs) {
  std::vector<const Rung*> found;
  for (const Rung& rung : rungs) {
    if (rung.side == Side::lower && rung.rigour == Rigour::proved && rung.rate >= 1.0) found.push_back(&rung);
  }
  std::ranges::stable_sort(found, {},
                           [](const Rung* rung) { return std::pair(!rung->orbit.has_value(), -rung->rate); });
  return found;
}

}  // namespace

Reach reach_of(const Cell<double>& cell, std::span<const Rung> rungs, std::optional<double> input_norm) {
  Reach reach{.euclidean = kInfinity, .box = invariant_box(cell).value_or(kInfinity)};
  for (const Rung& rung : rungs) {
    // The zero state is in the box of every certificate, so the recurrence stays there.
    if (rung.certificate && rung.certificate->domain.limits.size() > 0) reach.limits = rung.certificate->domain.limits;
    if (!input_norm || rung.method != "spectral_norm" || !rung.certificate) continue;
    const auto drive = slope_map_drive(cell, rung.certificate->norm);
    // At k = 0 the bound of Proposition 3 is the radius itself.
    if (drive) {
      reach.euclidean = proposition3_bound(*rung.certificate, *drive, *input_norm, GapNorm::euclidean).at_zero;
    }
  }
  return reach;
}

LayerCheck check_layer(const Cell<double>& cell, const CheckOptions& options) {
  LayerCheck check;
  check.recurrent_norm = stacked_norm(cell);
  check.rungs = climb(cell, options.ladder);
  check.verdict = verdict_of(check.rungs);
  if (const auto lower = best_lower(check.rungs, Rigour::proved)) check.rate_lower = lower->value;
  if (const auto upper = best_upper(check.rungs, Rigour::proved)) check.rate_upper = upper->value;
  for (const Rung& rung : check.rungs) {
    if (rung.certificate) check.domain = rung.certificate->domain.text;
  }
  if (check.verdict == Verdict::refuted) check.refutations = refutations_of(check.rungs);
  check.reach = reach_of(cell, check.rungs, options.input_norm);
  const Certificate* best = best_certificate(check.rungs, check.reach, options.epsilon);
  if (best != nullptr && best->rate.value < 1.0) {
    check.best = best;
    check.context = certificate_bound(*best, check.reach, GapNorm::euclidean).context(options.epsilon);
  }
  return check;
}

}  // namespace unrecur
