// Two sets of states that one constant input keeps, and two ways into them: docs/theory.md, section 18.
#include "theory/verify/bistable.h"

#include <optional>
#include <utility>

#include "theory/verify/arb/parts.h"
#include "theory/verify/arb/sequence_run.h"
#include "theory/verify/arb/step.h"
#include "theory/verify/balls/matrix_proofs.h"

namespace unrecur::verify {

/// verify/bistable.cc
Finding prove_bistable(const Layer& layer, const Bistable& witness, const std::function<bool()>& stop);

namespace {

using Balls = std::vector<Ball>;

std::size_t position(Index j) {
  return static_cast<std::size_t>(j);
}

BallMatrix balls_of(const Matrix<double>& a) {
  BallMatrix balls(a.rows(), a.cols());
  for (Index j = 0; j < a.cols(); ++j) {
    for (Index i = 0; i < a.rows(); ++i) balls(i, j) = a(i, j);
  }
  return balls;
}

/// W (s − c), entry by entry.
Balls coordinates(const Bistable::Basin& basin, const Balls& state) {
  Balls apart;
  for (Index j = 0; j < basin.center.size(); ++j) apart.push_back(state[position(j)] - Ball(basin.center(j)));
  Balls result;
  for (Index j = 0; j < basin.center.size(); ++j) result.push_back(dot(basin.frame, j, apart));
  return result;
}

/// A set of states, its inverse frame, and the smallest box around it.
class Basin {
 public:
  static std::optional<Basin> of(const Bistable::Basin& data) {
    auto inverse = surely_inverse(balls_of(data.frame));
    return inverse ? std::optional(Basin(data, std::move(*inverse))) : std::nullopt;
  }

  bool surely_holds(const Balls& state) const {
    const Balls y = coordinates(data_, state);
    for (Index j = 0; j < data_.radii.size(); ++j) {
      if (!surely_at_most(abs(y[position(j)]), Ball(data_.radii(j)))) return false;
    }
    return true;
  }

  /// Why so many steps of φ(·, x) may lead out of it; empty where they do not.
  std::string way_out(const Layer& layer, const Balls& input, long long period) const {
    // φᵗ(c) and, with y = W (s − c), the matrix of φᵗ(s) − φᵗ(c) in y, for all s of the set.
    Balls center(data_.center.begin(), data_.center.end());
    BallMatrix turned = inverse_;
    for (long long t = 0; t < period; ++t) {
      const Balls reach = reach_of(turned);
      Balls box = center;
      for (std::size_t j = 0; j < box.size(); ++j) box[j].widen(reach[j]);
      Step image = step_of(layer, center, input, Derivative::no);
      const Step over = step_of(layer, box, input, Derivative::yes);
      for (const Step* step : {&std::as_const(image), &over}) {
        if (!step->reason.empty()) return step->reason;
      }
      center = std::move(image.state);
      turned = product(over.jacobian, turned);
    }
    const Balls moved = coordinates(data_, center), reach = reach_of(product(data_.frame, turned));
    for (Index j = 0; j < data_.radii.size(); ++j) {
      if (!surely_at_most(abs(moved[position(j)]) + reach[position(j)], Ball(data_.radii(j)))) {
        return "a set of states is not mapped into itself";
      }
    }
    return {};
  }

  /// |s_j − c_j| over the set, at most.
  const Balls& reach() const { return reach_; }

 private:
  Basin(const Bistable::Basin& data, BallMatrix inverse) : data_(data), inverse_(std::move(inverse)) {
    reach_ = reach_of(inverse_);
  }

  /// |A| r
  Balls reach_of(const BallMatrix& a) const {
    Balls reach;
    for (Index j = 0; j < data_.radii.size(); ++j) {
      Ball sum;
      for (Index k = 0; k < data_.radii.size(); ++k) sum += abs(a(j, k)) * Ball(data_.radii(k));
      reach.push_back(std::move(sum));
    }
    return reach;
  }

  const Bistable::Basin& data_;
  BallMatrix inverse_;
  Balls reach_;
};

/// That any two states of the sets are more than the gap apart: entry by entry, at least |c_j − c'_j| less both
/// reaches.
bool surely_apart(const Bistable& w, const Basin& first, const Basin& second) {
  Ball squares;
  for (Index j = 0; j < w.first.center.size(); ++j) {
    const Ball between = abs(Ball(w.first.center(j)) - Ball(w.second.center(j)));
    const Ball least = between - first.reach()[position(j)] - second.reach()[position(j)];
    squares += pow(max(least, Ball(0.0)), 2);
  }
  return surely_below(w.gap, sqrt(squares));
}

}  // namespace

Finding prove_bistable(const Layer& layer, const Bistable& w, const std::function<bool()>& stop) {
  std::string reason;
  const auto prepared = prepare(layer, reason);
  if (!prepared) return not_proved(reason);
  const auto first = Basin::of(w.first), second = Basin::of(w.second);
  if (!first || !second) return not_proved("a frame of a set of states is not proved to be invertible");
  if (!surely_apart(w, *first, *second)) return not_proved("the sets of states are not proved to be that far apart");
  const Balls input(w.input.begin(), w.input.end());
  for (const Basin* basin : {&*first, &*second}) {
    if (std::string out = basin->way_out(layer, input, w.period); !out.empty()) return not_proved(out);
  }
  const Matrix<double> constant = w.input;
  const auto [one, other] =
      run_both(*prepared, state_size(layer), RunInputs{w.first.prefix, constant, w.steps, w.first.bits_per_step},
               RunInputs{w.second.prefix, constant, w.steps, w.second.bits_per_step}, stop);
  for (const Run* run : {&one, &other}) {
    if (!run->reason.empty()) return not_proved(run->reason);
  }
  if (!first->surely_holds(one.state) || !second->surely_holds(other.state)) {
    return not_proved("a sequence is not proved to lead into its set of states");
  }
  return {true, {}};
}

}  // namespace unrecur::verify
