// LSTM, state (c, h), gates in the order i, f, z, o: c' = f c + i z, h' = o tanh(c'), or another function for tanh.
// With a cap f = κ σ(·): value and slope of σ times κ.
#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "theory/verify/arb/gate_product.h"
#include "theory/verify/arb/gates.h"
#include "theory/verify/arb/regions.h"
#include "theory/verify/balls/matrix_proofs.h"

namespace unrecur::verify {
namespace {

struct LstmUnit {
  Ball i, i_slope, f, f_slope, z, z_slope, o, o_slope, c_limit, h_limit, out, out_slope;
  std::optional<Range> i_range, f_range, z_range, o_range;  // of the preactivations; nothing: any number
};

class Lstm {
 public:
  Lstm(const Gated& g, const Claim& claim, const std::vector<Ball>& inputs_apart)
      : g_(g), claim_(claim), inputs_apart_(inputs_apart), cap_(g.cap) {
    for (Index k = 0; k < g.n; ++k) {
      h_.push_back(limit(claim, g.n + k));
      v_.push_back(weight(claim, g.n + k));
    }
  }

  LstmUnit unit(Index j) const {
    const auto i = range(0, j), f = range(1, j), z = range(2, j), o = range(3, j);
    const Ball c_limit = limit(claim_, j);
    const Range cells{-c_limit, c_limit};
    return {most(g_.gates, i),
            steepest(g_.gates, i),
            cap_ * most(g_.gates, f),
            cap_ * steepest(g_.gates, f),
            most(g_.candidate, z),
            steepest(g_.candidate, z),
            most(g_.gates, o),
            steepest(g_.gates, o),
            c_limit,
            h_[static_cast<std::size_t>(j)],
            g_.output.largest(cells),
            g_.output.largest_slope(cells),
            i,
            f,
            z,
            o};
  }

  /// Which limit the unit leaves; empty where it keeps both.
  static std::string limit_failure(const LstmUnit& u) {
    if (!surely_at_most(u.f * u.c_limit + u.i * u.z, u.c_limit)) return "the limit of c is not kept";
    if (!surely_at_most(u.o * u.out, u.h_limit)) return "the limit of h is not kept";
    return {};
  }

  /// How far c'_j and h'_j move: row sums of the bound of |J|, or less where value and slope of a gate are bounded
  /// together.
  std::pair<Ball, Ball> changes(const LstmUnit& u, Index j) const {
    const Ball moved_i = moved(0, j), moved_f = moved(1, j), moved_z = moved(2, j), moved_o = moved(3, j);
    const Ball through_gates = u.f_slope * u.c_limit * moved_f + u.i_slope * u.z * moved_i + u.i * u.z_slope * moved_z;
    const Ball cell = u.f * weight(claim_, j) + through_gates;
    // |∂h'/∂·| ≤ o |∂c'/∂·| tanh' + |tanh c'| |∂o/∂·|
    const auto hidden = [&](const Ball& c) { return u.o * u.out_slope * c + u.o_slope * u.out * moved_o; };
    if (!g_.standard() || !u.i_range || !u.f_range || !u.z_range || !u.o_range) return {cell, hidden(cell)};
    const Ball kept =
        largest({.gate = *u.f_range, .magnitude = {}, .slope = u.c_limit * moved_f, .value = weight(claim_, j)});
    const Ball written = largest(
        {.gate = *u.i_range, .magnitude = magnitudes(*u.z_range), .slope_value = moved_i, .value_slope = moved_z});
    const Ball least = min(cell, kept + written);
    const Ball together =
        largest({.gate = *u.o_range, .magnitude = {0.0, u.out}, .slope_value = moved_o, .value_slope = least});
    return {least, min(hidden(least), together)};
  }

  /// In ‖(x c, h)‖₂: with u = S R Δh, ‖u‖ ≤ N ‖Δh‖, unit j maps (x_j Δc_j, its part of u) by a matrix of norm ‖K_j‖.
  std::string block_failure(const LstmUnit& u, Index j) const {
    const auto i = per_scale(g_, claim_, j, u.i_slope * u.z);
    const auto f = per_scale(g_, claim_, g_.n + j, u.f_slope * u.c_limit);
    const auto z = per_scale(g_, claim_, 2 * g_.n + j, u.i * u.z_slope);
    const auto o = per_scale(g_, claim_, 3 * g_.n + j, u.o_slope * u.out);
    if (!i || !f || !z || !o) return "a row that acts has no scale";
    const Ball x = weight(claim_, j), norm(claim_.scaled_norm);
    const Ball kappa = sqrt(*i * *i + *f * *f + *z * *z), opened = u.o * u.out_slope;
    const std::vector<Ball> cell{u.f, norm * x * kappa, 0.0};
    const std::vector<Ball> hidden{opened * u.f / x, norm * opened * kappa, norm * *o};
    return two_rows_at_most(cell, hidden, claim_.rate) ? "" : "the unit exceeds the rate";
  }

 private:
  /// Nothing where inputs without a bound drive the row.
  std::optional<Range> range(Index gate, Index j) const {
    const Index row = gate * g_.n + j;
    if (claim_.inputs.any()) {
      if (!(g_.input->row(row).array() == 0.0).all()) return std::nullopt;
      const Ball bias = g_.bias_of(row, true);
      return widened({bias, bias}, g_.reach(row, h_));
    }
    return widened(g_.drive(row, claim_.inputs, true), g_.reach(row, h_));
  }
  static Ball most(const Function& function, const std::optional<Range>& range) {
    return range ? function.largest(*range) : function.largest_anywhere();
  }
  static Ball steepest(const Function& function, const std::optional<Range>& range) {
    return range ? function.largest_slope(*range) : function.greatest_slope();
  }
  /// How far a preactivation moves.
  Ball moved(Index gate, Index j) const {
    return g_.reach(gate * g_.n + j, v_) + g_.push(gate * g_.n + j, inputs_apart_);
  }

  const Gated& g_;
  const Claim& claim_;
  const std::vector<Ball>& inputs_apart_;
  Ball cap_;
  std::vector<Ball> h_, v_;  // limits of h, and the norm's weights of h
};

bool hidden_weights_are_one(const Claim& claim, Index n) {
  return std::all_of(claim.weights.begin() + n, claim.weights.end(), [](double w) { return w == 1.0; });
}

/// The weights, where layer and claim fit together; otherwise why not.
std::pair<std::optional<Gated>, std::string> read_lstm(const Layer& layer, const Claim& claim) {
  auto gated = read_gated(layer, claim, 4, claim.norm != "quadratic");
  if (!gated) return {std::nullopt, "weights or inputs do not have an LSTM's shapes"};
  if (claim.limits.size() != 2 * static_cast<std::size_t>(gated->n)) {
    return {std::nullopt, "an LSTM contracts within limits of c and h only, and the claim has none of that size"};
  }
  return {std::move(gated), {}};
}

Finding verify_regions(const Gated& gated, const Claim& claim) {
  if (gated.cap != 1.0) return not_proved("quadratic norms are proved of LSTMs without a cap on the forget gate only");
  if (!claim.state_low.empty()) {
    if (std::string failure = state_box_failure(gated, claim); !failure.empty()) return not_proved(std::move(failure));
    return prove_regions(claim, jacobians_of_lstm(gated, claim));
  }
  const std::vector<Ball> same_inputs;
  const Lstm lstm(gated, claim, same_inputs);
  for (Index j = 0; j < gated.n; ++j) {
    const std::string failure = Lstm::limit_failure(lstm.unit(j));
    if (!failure.empty()) return not_proved("unit " + std::to_string(j) + ": " + failure);
  }
  return prove_regions(claim, jacobians_of_lstm(gated, claim));
}

}  // namespace

Changes changes_of_lstm(const Layer& layer, const Claim& claim, const std::vector<Ball>& inputs_apart) {
  const auto [gated, reason] = read_lstm(layer, claim);
  if (!gated) return {{}, reason};
  const Lstm lstm(*gated, claim, inputs_apart);
  const auto n = static_cast<std::size_t>(gated->n);
  std::vector<Ball> changes(2 * n);
  for (std::size_t j = 0; j < n; ++j) {
    const LstmUnit unit = lstm.unit(static_cast<Index>(j));
    const std::string failure = Lstm::limit_failure(unit);
    if (!failure.empty()) return {{}, "unit " + std::to_string(j) + ": " + failure};
    std::tie(changes[j], changes[n + j]) = lstm.changes(unit, static_cast<Index>(j));
  }
  return {std::move(changes), {}};
}

Finding verify_lstm(const Layer& layer, const Claim& claim) {
  const auto [gated, reason] = read_lstm(layer, claim);
  if (!gated) return not_proved(reason);
  if (claim.norm == "quadratic") return verify_regions(*gated, claim);
  if (!(claim.norm == "weighted_two" && hidden_weights_are_one(claim, gated->n))) {
    return not_proved(
        "an LSTM is proved here in max-norms, in the two-norm of (x c, h) and in quadratic ones, not in " + claim.norm);
  }
  if (!scaled_norm_holds(*gated, claim)) {
    return not_proved("the norm of the scaled recurrent matrix is not below its bound");
  }
  const std::vector<Ball> same_inputs;
  const Lstm lstm(*gated, claim, same_inputs);
  for (Index j = 0; j < gated->n; ++j) {
    const LstmUnit unit = lstm.unit(j);
    std::string failure = Lstm::limit_failure(unit);
    if (failure.empty()) failure = lstm.block_failure(unit, j);
    if (!failure.empty()) return not_proved("unit " + std::to_string(j) + ": " + failure);
  }
  return {true, {}};
}

}  // namespace unrecur::verify
