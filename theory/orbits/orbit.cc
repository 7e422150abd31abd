#include "theory/orbits/orbit.h"

#include <Eigen/LU>
#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "models/layers/joint_cell.h"
#include "theory/arithmetic/nonnegative.h"
#include "theory/arithmetic/spectral_norm.h"
#include "theory/orbits/enclosed_cell.h"
#include "theory/slope/stein.h"

namespace unrecur {
namespace {

/// For each step of the cycle one box of states or inputs.
using Boxes = std::vector<Intervals>;

/// [mid ± radius], entry by entry, rounded outwards.
Intervals box_around(const Vector<double>& mid, const Vector<double>& radius) {
  Intervals box;
  for (Index j = 0; j < mid.size(); ++j) {
    box.push_back({subtract_down(mid(j), radius(j)), add_up(mid(j), radius(j))});
  }
  return box;
}

/// ‖A‖₂ ≤ √(‖A‖₁‖A‖_∞)
double two_norm_up(const Matrix<double>& a) {
  return sqrt_up(multiply_up(one_norm_upper(a), inf_norm_upper(a)));
}

/// An orbit of one layer, of which only boxes of inputs are known: everything holds for all inputs of the boxes.
class LayerOrbit {
 public:
  LayerOrbit(const EnclosedCell& cell, Boxes inputs, Matrix<double> states)
      : cell_(cell),
        inputs_(std::move(inputs)),
        states_(std::move(states)),
        n_(states_.rows()),
        p_(states_.cols()),
        size_(n_ * p_) {}

  /// Proves that an orbit lies in a box around the states, by Krawczyk's operator T(S) = S − Y (S − F(S)), F one step
  /// of all states at once: T maps the box into itself where |Y||G| + |I − Y(I − J)| r < r.
  bool exists() {
    if (!linearise_at_states()) return false;
    Vector<double> radius = 2.0 * product_up(inverse_.cwiseAbs(), residual_);
    for (int attempt = 0; attempt < 6; ++attempt) {
      radius = radius.cwiseMax(0x1p-60);
      const Vector<double> image = krawczyk_radius(radius);
      if (!image.allFinite()) return false;
      if ((image.array() < radius.array()).all()) {
        radius_ = radius;
        return true;
      }
      radius = 1.5 * image;
    }
    return false;
  }

  /// ρ of the block-cyclic matrix of the Jacobians over the box, to which the power 1/p belongs already. exists()
  /// first.
  double radius_down() const {
    double error = 0.0;
    for (Index i = 0; i < p_; ++i) error = std::max(error, two_norm_up(spread_[index(i)]));
    return spectral_radius_down(cycle_, error);
  }

  double distance() const { return radius_.maxCoeff(); }

  /// For each step the box of rows of the state that it leads to.
  Boxes outputs(Index first, Index count) const {
    Boxes boxes;
    for (Index i = 0; i < p_; ++i) boxes.push_back(segment(box_of(next(i), radius_), first, count));
    return boxes;
  }

 private:
  static std::size_t index(Index i) { return static_cast<std::size_t>(i); }
  Index next(Index i) const { return (i + 1) % p_; }
  Intervals box_of(Index i, const Vector<double>& radius) const {
    return box_around(states_.col(i), radius.segment(i * n_, n_));
  }

  /// |G| upwards, the middle Jacobians and Y; false where one is not finite.
  bool linearise_at_states() {
    cycle_ = Matrix<double>::Zero(size_, size_);
    residual_.resize(size_);
    for (Index i = 0; i < p_; ++i) {
      const EnclosedStep step = cell_.over(exactly(Vector<double>(states_.col(i))), inputs_[index(i)]);
      for (Index j = 0; j < n_; ++j) residual_(next(i) * n_ + j) = radius_up(step.state[index(j)], states_(j, next(i)));
      cycle_.block(next(i) * n_, i * n_, n_, n_) = middle(step.jacobian);
    }
    shifted_ = Matrix<double>::Identity(size_, size_) - cycle_;
    inverse_ = shifted_.partialPivLu().inverse();
    defect_ = (Matrix<double>::Identity(size_, size_) - inverse_ * shifted_).cwiseAbs();
    return residual_.allFinite() && inverse_.allFinite() && defect_.allFinite();
  }

  /// |Y| (|G| + max |J − J_mid| r + γ |I − J_mid| r) + |fl(I − Y fl(I − J_mid))| r, rounded upwards; γ and the factor
  /// on the last term stand for the rounding of I − J_mid, of its product with Y and of the difference.
  Vector<double> krawczyk_radius(const Vector<double>& radius) {
    Vector<double> moved = residual_;
    spread_.clear();
    for (Index i = 0; i < p_; ++i) {
      const auto middle_of_block = cycle_.block(next(i) * n_, i * n_, n_, n_);
      const EnclosedStep step = cell_.over(box_of(i, radius), inputs_[index(i)]);
      spread_.push_back(distance_up(step.jacobian, middle_of_block));
      const Vector<double> part = product_up(spread_.back(), radius.segment(i * n_, n_));
      for (Index j = 0; j < n_; ++j) moved(next(i) * n_ + j) = add_up(moved(next(i) * n_ + j), part(j));
    }
    const Vector<double> rounded = product_up(shifted_.cwiseAbs(), radius);
    const double gamma = gamma_up(size_ + 4);
    for (Index j = 0; j < size_; ++j) moved(j) = add_up(moved(j), multiply_up(gamma, rounded(j)));
    const Vector<double> carried = product_up(inverse_.cwiseAbs(), moved), rest = product_up(defect_, radius);
    const double terms = static_cast<double>(size_) * static_cast<double>(size_);
    const double underflow = multiply_up(multiply_up(terms, kUnderflow), add_up(1.0, radius.maxCoeff()));
    Vector<double> image(size_);
    for (Index j = 0; j < size_; ++j) {
      image(j) = add_up(add_up(carried(j), multiply_up(rest(j), 1.0 + 0x1p-50)), underflow);
    }
    return image;
  }

  const EnclosedCell& cell_;
  Boxes inputs_;
  Matrix<double> states_;
  Index n_, p_, size_;
  Matrix<double> cycle_;                ///< the middle Jacobians, block-cyclic
  Matrix<double> shifted_, inverse_;    ///< I − cycle, and about its inverse Y
  Matrix<double> defect_;               ///< |fl(I − Y (I − cycle))|
  Vector<double> residual_, radius_;    ///< one entry for each state of the cycle
  std::vector<Matrix<double>> spread_;  ///< max |J − J_mid| over the box, for each step
};

/// A cell as the chain of its layers; none where each reads more than the output below it.
std::vector<std::unique_ptr<Cell<double>>> chain_of(const Cell<double>& cell) {
  std::vector<std::unique_ptr<Cell<double>>> chain;
  const auto* stack = dynamic_cast<const JointCell<double>*>(&cell);
  if (stack != nullptr && !stack->plain()) return chain;
  if (stack == nullptr) chain.push_back(cell.clone());
  for (Index k = 0; stack != nullptr && k < stack->layers(); ++k) chain.push_back(stack->single_layer(k));
  return chain;
}

}  // namespace

std::optional<Orbit> proved_orbit(const Cell<double>& cell, Orbit candidate) {
  if (candidate.period() < 1 || !candidate.states.allFinite() || !candidate.inputs.allFinite()) return std::nullopt;
  Boxes inputs;
  for (Index i = 0; i < candidate.period(); ++i) inputs.push_back(exactly(Vector<double>(candidate.inputs.col(i))));
  double radius = 0.0, distance = 0.0;
  Index row = 0;
  for (const auto& layer : chain_of(cell)) {
    const auto enclosed = enclosed_cell(*layer);
    if (!enclosed) return std::nullopt;
    const CellShape shape = layer->shape();
    LayerOrbit orbit(*enclosed, std::move(inputs), candidate.states.middleRows(row, shape.state));
    if (!orbit.exists()) return std::nullopt;
    radius = std::max(radius, orbit.radius_down());
    distance = std::max(distance, orbit.distance());
    inputs = orbit.outputs(shape.output_row, shape.output);
    row += shape.state;
  }
  if (!(radius > 0.0)) return std::nullopt;
  candidate.distance = distance;
  candidate.radius = {radius, Rigour::proved};
  return candidate;
}

}  // namespace unrecur
