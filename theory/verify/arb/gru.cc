// GRU, gates in the order r, z, n: h' = z h + (1 − z) n. Reset after the product: n = tanh(U x + b + r (R h + b'));
// reset before it: n = tanh(U x + b + R (r h) + b').
#include <utility>

#include "theory/verify/arb/gate_product.h"
#include "theory/verify/arb/gates.h"
#include "theory/verify/arb/regions.h"
#include "theory/verify/balls/matrix_proofs.h"

namespace unrecur::verify {
namespace {

struct ResetGate {
  Ball value, slope;
  Range range;  // of the preactivation
};

struct GruUnit {
  Range update;     // preactivation of z
  Range candidate;  // of n
  Ball slope;       // of the candidate
  Ball product;     // sup |(R_n h + b')_j|
  Ball difference;  // sup |h − n|
  bool kept;        // whether |n| stays within the limit of h
};

class Gru {
 public:
  Gru(const Gated& g, const Claim& claim, bool after, const std::vector<Ball>& inputs_apart)
      : g_(g), claim_(claim), after_(after), inputs_apart_(inputs_apart) {
    for (Index k = 0; k < g.n; ++k) {
      h_.push_back(limit(claim, k));
      v_.push_back(weight(claim, k));
    }
    for (Index k = 0; k < g.n; ++k) {
      const auto at = static_cast<std::size_t>(k);
      const Range r = range(0, k);
      reset_.push_back({g.gates.largest(r), g.gates.largest_slope(r), r});
      gated_.push_back(reset_[at].value * h_[at]);
      through_.push_back(gated_change(reset_[at], v_[at], h_[at], moved(0, k)));
    }
  }

  GruUnit unit(Index j) const {
    const auto at = static_cast<std::size_t>(j);
    const Index row = 2 * g_.n + j;
    // Before the product the second bias only adds; after it the reset gate multiplies it.
    const bool gated_bias = after_ && g_.recurrent_bias != nullptr;
    const Ball own = gated_bias ? abs(Ball((*g_.recurrent_bias)(row, 0))) : Ball(0.0);
    const Ball product = g_.reach(row, h_) + own;
    const Ball reach = after_ ? reset_[at].value * product : g_.reach(row, gated_);
    const Range candidate = widened(g_.drive(row, claim_.inputs, !after_), reach);
    const Ball n = g_.candidate.largest(candidate);
    return {range(1, j), candidate,  g_.candidate.largest_slope(candidate),
            product,     h_[at] + n, surely_at_most(n, h_[at])};
  }

  /// How far h'_j moves: affine in z, so the two ends of its range are enough; or less where value and slope of z and n
  /// are bounded together, in g = 1 − z = σ(−a).
  Ball change(const GruUnit& u, Index j) const {
    const auto at = static_cast<std::size_t>(j);
    const Index row = 2 * g_.n + j;
    const Ball inside =
        after_ ? gated_change(reset_[at], g_.reach(row, v_), u.product, moved(0, j)) : g_.reach(row, through_);
    const Ball preactivation = inside + g_.push(row, inputs_apart_), by_candidate = u.slope * preactivation;
    const Ball update = moved(1, j), by_update = g_.gates.largest_slope(u.update) * u.difference * update;
    const Ball low = g_.gates.value(u.update.low), high = g_.gates.value(u.update.high);
    const Ball apart =
        max(low * v_[at] + (Ball(1.0) - low) * by_candidate, high * v_[at] + (Ball(1.0) - high) * by_candidate) +
        by_update;
    if (!g_.standard()) return apart;
    const Ball together = v_[at] + largest({.gate = {-u.update.high, -u.update.low},
                                            .magnitude = magnitudes(u.candidate),
                                            .slope_value = update,
                                            .slope = h_[at] * update,
                                            .value_slope = preactivation,
                                            .value = -v_[at]});
    return min(apart, together);
  }

  /// ‖S R Δh‖ ≤ N ‖Δh‖, where before the product R_n acts on Δ(r h) instead of Δh: there
  /// ‖Δ(r h)‖ ≤ (max r + ‖diag(h r') R_r‖) ‖Δh‖, and the rows of R_r need no scale of their own. Each of three norms is
  /// bounded by a guess that is then proved.
  bool scaled_norm_holds() const {
    if (after_) return verify::scaled_norm_holds(g_, claim_);
    const auto n = static_cast<std::size_t>(g_.n);
    if (claim_.scales.size() != 3 * n) return false;
    std::vector<Ball> update, candidate, reset;
    Ball open;
    for (std::size_t j = 0; j < n; ++j) {
      update.emplace_back(claim_.scales[n + j]);
      candidate.emplace_back(claim_.scales[2 * n + j]);
      reset.push_back(h_[j] * reset_[j].slope);
      open = max(open, reset_[j].value);
    }
    const auto a = norm_of_rows(update, g_.recurrent->middleRows(g_.n, g_.n));
    const auto b = norm_of_rows(candidate, g_.recurrent->bottomRows(g_.n));
    const auto c = norm_of_rows(reset, g_.recurrent->topRows(g_.n));
    if (!a || !b || !c) return false;
    const Ball gated = (open + *c) * *b, norm(claim_.scaled_norm);
    return surely_at_most(*a * *a + gated * gated, norm * norm);
  }

  /// In ‖h‖₂: |Δh'_j| ≤ z |Δh_j| + κ |part of S R Δh|, whose square is at most ν |Δh_j|² + τ |·|² where
  /// z²/ν + κ²/τ ≤ 1; with ‖S R‖ ≤ N the rate is at most √(ν + τ N²).
  bool two_norm_holds(const GruUnit& u, Index j) const {
    const auto& reset = reset_[static_cast<std::size_t>(j)];
    const Ball nu(claim_.split), norm(claim_.scaled_norm), rate(claim_.rate);
    const Ball tau = (rate * rate - nu) / (norm * norm);
    const auto by_update = per_scale(g_, claim_, g_.n + j, g_.gates.largest_slope(u.update) * u.difference);
    for (const Ball* a : {&u.update.low, &u.update.high}) {
      const Ball z = g_.gates.value(*a), rest = (Ball(1.0) - z) * u.slope;
      const auto by_reset =
          after_ ? per_scale(g_, claim_, j, rest * reset.slope * u.product) : std::optional(Ball(0.0));
      const auto by_candidate = per_scale(g_, claim_, 2 * g_.n + j, after_ ? rest * reset.value : rest);
      if (!by_update || !by_reset || !by_candidate || !tau.surely_positive()) return false;
      const Ball kappa2 = *by_update * *by_update + *by_reset * *by_reset + *by_candidate * *by_candidate;
      if (!surely_at_most(z * z / nu + kappa2 / tau, 1.0)) return false;
    }
    return true;
  }

 private:
  Range range(Index gate, Index j) const {
    const Index row = gate * g_.n + j;
    return widened(g_.drive(row, claim_.inputs, true), g_.reach(row, h_));
  }
  /// How far r y moves where y moves by `value`, |y| ≤ size and the preactivation of r moves by `moved`.
  Ball gated_change(const ResetGate& r, const Ball& value, const Ball& size, const Ball& moved) const {
    const Ball apart = r.value * value + r.slope * size * moved;
    if (!g_.standard()) return apart;
    const Ball together = largest({.gate = r.range, .magnitude = {}, .slope = size * moved, .value = value});
    return min(apart, together);
  }
  /// How far the preactivation of r or z moves.
  Ball moved(Index gate, Index j) const {
    return g_.reach(gate * g_.n + j, v_) + g_.push(gate * g_.n + j, inputs_apart_);
  }

  const Gated& g_;
  const Claim& claim_;
  bool after_;
  const std::vector<Ball>& inputs_apart_;
  std::vector<Ball> h_, v_;  // limits and weights of h
  std::vector<ResetGate> reset_;
  std::vector<Ball> gated_, through_;  // sup |r h|, and how far r h moves
};

struct GruRead {
  std::optional<Gated> gated;
  bool after = false;
  std::string reason{};
};

GruRead read_gru(const Layer& layer, const Claim& claim) {
  const auto reset = layer.attributes.find("reset");
  if (reset == layer.attributes.end() || (reset->second != "after" && reset->second != "before")) {
    return {std::nullopt, false, "the convention of the reset gate is not given"};
  }
  auto gated = read_gated(layer, claim, 3);
  if (!gated) return {std::nullopt, false, "weights or inputs do not have a GRU's shapes"};
  if (claim.limits.size() != static_cast<std::size_t>(gated->n)) {
    return {std::nullopt, false, "a GRU contracts within limits of h only, and the claim has none of that size"};
  }
  return {std::move(gated), reset->second == "after"};
}

Finding verify_regions(const GruRead& found, const Claim& claim) {
  const std::vector<Ball> same_inputs;
  const Gru gru(*found.gated, claim, found.after, same_inputs);
  for (Index j = 0; j < found.gated->n; ++j) {
    if (!gru.unit(j).kept) return not_proved("unit " + std::to_string(j) + ": the limit of h is not kept");
  }
  return prove_regions(claim, jacobians_of_gru(*found.gated, claim, found.after));
}

}  // namespace

Changes changes_of_gru(const Layer& layer, const Claim& claim, const std::vector<Ball>& inputs_apart) {
  const GruRead found = read_gru(layer, claim);
  if (!found.gated) return {{}, found.reason};
  const Gru gru(*found.gated, claim, found.after, inputs_apart);
  Changes changes;
  for (Index j = 0; j < found.gated->n; ++j) {
    const GruUnit unit = gru.unit(j);
    if (!unit.kept) return {{}, "unit " + std::to_string(j) + ": the limit of h is not kept"};
    changes.of_state.push_back(gru.change(unit, j));
  }
  return changes;
}

Finding verify_gru(const Layer& layer, const Claim& claim) {
  const GruRead found = read_gru(layer, claim);
  if (!found.gated) return not_proved(found.reason);
  if (claim.norm == "quadratic") return verify_regions(found, claim);
  if (claim.norm != "two") {
    return not_proved("a GRU is proved here in max-norms, in two and in quadratic ones, not in " + claim.norm);
  }
  const std::vector<Ball> same_inputs;
  const Gru gru(*found.gated, claim, found.after, same_inputs);
  if (!gru.scaled_norm_holds()) return not_proved("the norm of the scaled recurrent matrix is not below its bound");
  for (Index j = 0; j < found.gated->n; ++j) {
    const GruUnit unit = gru.unit(j);
    if (!unit.kept) return not_proved("unit " + std::to_string(j) + ": the limit of h is not kept");
    if (!gru.two_norm_holds(unit, j)) return not_proved("unit " + std::to_string(j) + " exceeds the rate");
  }
  return {true, {}};
}

}  // namespace unrecur::verify
