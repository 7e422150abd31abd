#pragma once

#include <cmath>
#include <memory>
#include <optional>
#include <utility>

#include "theory/arithmetic/interval_arithmetic.h"
#include "theory/gated/gru_rates.h"
#include "theory/gated/lstm_rates.h"
#include "theory/quadratic/uncertain_matrix.h"

namespace unrecur {

/// A box of inputs and states; of an LSTM whose domain has a band, of c and of h − lean c. `inputs` is empty where the
/// set of inputs is no box: then it is always all of it.
struct Region {
  Intervals inputs, state;

  Index size() const { return std::ssize(inputs) + std::ssize(state); }
  /// Coordinate k: the inputs come first.
  Interval& at(Index k);
  /// The two halves of a region, cut at about the middle of a coordinate; they share the cut.
  std::pair<Region, Region> halves(Index coordinate) const;
};

/// The Jacobians ∂φ/∂s of a gated cell over regions of its invariant box, as a set of matrices in which every factor
/// that a gate contributes (its value, or a slope times what it multiplies) is a number within an interval. Two states
/// of one region and one input of it have φ(s, x) − φ(s', x) = J (s − s') for some J of the convex set.
/// Derivation: docs/theory.md, section 21.
class JacobianFamily {
 public:
  virtual ~JacobianFamily() = default;
  /// The whole domain.
  virtual Region domain() const = 0;
  /// Costs n² for each of some 10n terms; LSTM: 10n, GRU: 7n, or 5n + 2n² where it resets before the product. The
  /// order of the terms is that of docs/theory.md: the verifier counts on it.
  virtual UncertainMatrix over(const Region& region) const = 0;
};

/// The boxes must outlive what is made of them.
std::unique_ptr<JacobianFamily> lstm_jacobians(const BoxedLstm& lstm);
std::unique_ptr<JacobianFamily> gru_jacobians(const BoxedGru& gru);

/// A factor of a row: a number near the middle of an interval, and how far from it the others are.
struct Factor {
  double middle, radius;

  explicit Factor(const Interval& x) : middle(unrecur::middle(x)), radius(radius_up(x, middle)) {}
  double magnitude() const { return add_up(std::abs(middle), radius); }
};

/// U x + b over the inputs of a region, and within what is known of the whole set.
class RegionDrive {
 public:
  /// The recurrent biases of the first `rows` rows are added.
  RegionDrive(const GatedWeights& weights, const InputSet& inputs, Index rows);
  /// The box of the whole set, or around its columns; empty where it has windows of columns, or no bound.
  const Intervals& inputs() const { return inputs_; }
  /// Nothing where no input of the set lies in the region.
  std::optional<Intervals> over(const Intervals& inputs) const;

 private:
  const GatedWeights& weights_;
  Vector<double> bias_, second_;
  Intervals inputs_, whole_;
};

/// The states of a domain with limits: its box, where it has one.
Intervals states_of(const Domain& domain);

}  // namespace unrecur
