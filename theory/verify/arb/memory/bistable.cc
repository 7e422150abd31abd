// Two sets of states that one constant input keeps, and two ways into them: docs/theory.md, section 18.
#include "theory/verify/bistable.h"

#include <optional>
#include <utility>

#include "theory/verify/arb/memory/observer.h"
#include "theory/verify/arb/memory/sequence_run.h"
#include "theory/verify/arb/parts.h"
#include "theory/verify/arb/prepared_layer.h"
#include "theory/verify/arb/step.h"
#include "theory/verify/balls/matrix_proofs.h"

namespace unrecur::verify {

/// verify/bistable.cc
Finding prove_bistable(const Layer& layer, const Bistable& witness, const std::function<bool()>& stop);

namespace {

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

/// |A| v
Balls row_sums(const Matrix<double>& a, const Balls& v) {
  Balls sums;
  for (Index j = 0; j < a.rows(); ++j) sums.push_back(row_sum(a, j, v));
  return sums;
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
  ///
  /// With y = W (s − c) and |y| ≤ r, φᵗ(s) = m_t + M_t y + η for an exact m_t and some |η| ≤ e_t: m_0 = c, M_0 = W⁻¹.
  std::string way_out(const PreparedLayer& layer, const Balls& drive, long long period,
                      const std::function<bool()>& stop) const {
    const Index n = data_.radii.size();
    CenteredState box{{data_.center.begin(), data_.center.end()}, Vector<double>(n), 0};
    BallMatrix turned = inverse_;
    Balls off(position(n), Ball(0.0));
    for (long long t = 0; t < period; ++t) {
      if (stop && stop()) return kNoTime;
      const Balls reach = reach_of(turned);
      for (Index j = 0; j < n; ++j) box.radius(j) = (reach[position(j)] + off[position(j)]).upper();
      if (!box.radius.allFinite()) return "the sets of states grow beyond any use on their way back";
      Image image = layer.step(box, drive);
      const Matrix<double>& value = image.jacobian.value;
      // Without entries the Jacobian is zero.
      off = value.size() > 0 ? row_sums(value, off) : Balls(position(n), Ball(0.0));
      turned = value.size() > 0 ? product(value, turned) : BallMatrix(n, n);
      for (Index j = 0; j < n; ++j) {
        Ball& middle = image.middle[position(j)];
        off[position(j)] += Ball(image.jacobian.off(j)) + Ball(radius_in(middle, 0));
        arb_get_mid_arb(middle.raw(), middle.raw());
      }
      box.middle = std::move(image.middle);
    }
    const Balls moved = coordinates(data_, box.middle), reach = reach_of(product(data_.frame, turned)),
                rest = row_sums(data_.frame, off);
    for (Index j = 0; j < n; ++j) {
      const auto at = position(j);
      if (!surely_at_most(abs(moved[at]) + reach[at] + rest[at], Ball(data_.radii(j)))) {
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

/// That C s of any two states of the sets is more than the gap apart: entry by entry, at least |C (c − c')| less both
/// reaches.
bool surely_apart(const Observer& observer, const Bistable& w, const Basin& first, const Basin& second) {
  Balls apart;
  for (Index j = 0; j < w.first.center.size(); ++j) {
    apart.push_back(Ball(w.first.center(j)) - Ball(w.second.center(j)));
  }
  const Balls between = observer.read(apart), reach = observer.reach(first.reach()),
              other_reach = observer.reach(second.reach());
  Ball squares;
  for (std::size_t j = 0; j < between.size(); ++j) {
    squares += pow(max(abs(between[j]) - reach[j] - other_reach[j], Ball(0.0)), 2);
  }
  return surely_below(w.gap, sqrt(squares));
}

}  // namespace

Finding prove_bistable(const Layer& layer, const Bistable& w, const std::function<bool()>& stop) {
  std::string reason;
  const auto prepared = prepare(layer, reason);
  if (!prepared) return not_proved(reason);
  const auto observer = Observer::of(layer, w.observed, reason);
  if (!observer) return not_proved(reason);
  const auto first = Basin::of(w.first), second = Basin::of(w.second);
  if (!first || !second) return not_proved("a frame of a set of states is not proved to be invertible");
  if (!surely_apart(*observer, w, *first, *second))
    return not_proved("the sets of states are not proved to be that far apart");
  const Balls drive = prepared->drive(w.input);
  for (const Basin* basin : {&*first, &*second}) {
    if (std::string out = basin->way_out(*prepared, drive, w.period, stop); !out.empty()) return not_proved(out);
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
