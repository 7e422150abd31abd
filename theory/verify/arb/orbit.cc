// Krawczyk's operator on all states of the orbit at once, then the radius of the block-cyclic matrix of the Jacobians:
// both over boxes that hold the exact orbit. docs/theory.md, section 16.
#include <numeric>
#include <utility>

#include "theory/verify/arb/kind_proof.h"
#include "theory/verify/balls/matrix_proofs.h"

namespace unrecur::verify {
namespace {

/// The orbit of one layer, for every input of the balls.
class Orbit {
 public:
  Orbit(const Layer& layer, std::vector<Balls> inputs, const Matrix<double>& states, double within)
      : layer_(layer), inputs_(std::move(inputs)), states_(states), within_(within), n_(states.rows()) {}

  /// That an orbit lies within the distance of the states; else why that is not proved.
  std::string existence_failure() {
    const Index size = n_ * period();
    Balls residual(static_cast<std::size_t>(size));  // G = S − F(S)
    jacobian_ = BallMatrix(size, size);
    for (Index i = 0; i < period(); ++i) {
      const Step at_states = step_of(layer_, point(i, 0.0), inputs_[index(i)], Derivative::no);
      const Step over_box = step_of(layer_, point(i, within_), inputs_[index(i)], Derivative::yes);
      for (const Step* step : {&at_states, &over_box}) {
        if (!step->reason.empty()) return step->reason;
      }
      for (Index j = 0; j < n_; ++j) {
        residual[index(next(i) * n_ + j)] = Ball(states_(j, next(i))) - at_states.state[index(j)];
        for (Index k = 0; k < n_; ++k) jacobian_(next(i) * n_ + j, i * n_ + k) += over_box.jacobian(j, k);
      }
    }
    return maps_box_into_itself(residual) ? "" : "no orbit is proved to lie within the distance of the states";
  }

  bool radius_at_least(double r) const { return radius_surely_at_least(jacobian_, r); }

  /// For each step the balls of the last `count` states that it leads to: what the layer above reads. After
  /// existence_failure.
  std::vector<Balls> outputs(Index count) const {
    std::vector<Balls> all;
    for (Index i = 0; i < period(); ++i) {
      Balls read;
      for (Index j = n_ - count; j < n_; ++j) {
        read.emplace_back(states_(j, next(i)));
        read.back().widen(distance_[index(next(i) * n_ + j)]);
      }
      all.push_back(std::move(read));
    }
    return all;
  }

 private:
  static std::size_t index(Index i) { return static_cast<std::size_t>(i); }
  Index period() const { return states_.cols(); }
  Index next(Index i) const { return (i + 1) % period(); }

  Balls point(Index i, double radius) const {
    Balls state;
    for (Index j = 0; j < n_; ++j) {
      state.emplace_back(states_(j, i));
      if (radius > 0.0) state.back().widen(radius);
    }
    return state;
  }

  /// |Y G + (I − Y (I − J)) [−r, r]| < r in every entry. The orbit lies in the image, which is far smaller than the
  /// box.
  bool maps_box_into_itself(const Balls& residual) {
    const Index size = jacobian_.rows();
    BallMatrix shifted(size, size);
    for (Index k = 0; k < size; ++k) {
      for (Index j = 0; j < size; ++j) shifted(j, k) = Ball(j == k ? 1.0 : 0.0) - jacobian_(j, k);
    }
    const auto inverse = guess_of_inverse(shifted);
    if (!inverse) return false;
    const BallMatrix near_identity = product(*inverse, shifted);
    for (Index j = 0; j < size; ++j) {
      Ball moved, spread;
      for (Index k = 0; k < size; ++k) {
        moved += (*inverse)(j, k) * residual[index(k)];
        spread += abs(Ball(j == k ? 1.0 : 0.0) - near_identity(j, k));
      }
      distance_.push_back(abs(moved) + spread * within_);
      if (!surely_below(distance_.back(), within_)) return false;
    }
    return true;
  }

  const Layer& layer_;
  std::vector<Balls> inputs_;
  Matrix<double> states_;
  double within_;
  Index n_;
  BallMatrix jacobian_{0, 0};  // block-cyclic, over the boxes
  Balls distance_;             // of the exact orbit from the states, at most
};

}  // namespace

Finding refute_by_orbit(const Layer& layer, const Refutation& refutation) {
  if (has_skips(layer)) return not_proved("skip connections between the layers");
  const std::vector<SingleLayer> chain = chain_of(layer);
  std::vector<Index> sizes;
  for (const SingleLayer& one : chain) {
    if (one.proof() == nullptr || one.proof()->step == nullptr) {
      return not_proved("no proof here for cells of kind '" + one.kind + "'");
    }
    sizes.push_back(static_cast<Index>(state_size(one.layer())));
  }
  const Index all = std::accumulate(sizes.begin(), sizes.end(), Index{0});
  if (chain.empty() || refutation.states.rows() != all) return not_proved("the layers are not given");
  std::vector<Balls> inputs;
  for (Index i = 0; i < refutation.inputs.cols(); ++i) {
    inputs.emplace_back(refutation.inputs.col(i).begin(), refutation.inputs.col(i).end());
  }
  bool expands = false;
  Index first = 0;
  for (std::size_t k = 0; k < chain.size(); ++k) {
    const Layer own = chain[k].layer();
    const Index size = sizes[k];
    Orbit orbit(own, std::move(inputs), refutation.states.middleRows(first, size), refutation.within);
    first += size;
    const std::string failure = orbit.existence_failure();
    if (!failure.empty()) return not_proved(failure);
    // The Jacobian of the whole is block triangular: one layer's radius is enough.
    expands = expands || orbit.radius_at_least(refutation.radius);
    inputs = orbit.outputs(size / static_cast<Index>(chain[k].proof()->states_per_unit));
  }
  return expands ? Finding{true, {}} : not_proved("no eigenvalue along the orbit is proved to be that large");
}

}  // namespace unrecur::verify
