#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "theory/verify/arb/gates.h"
#include "theory/verify/arb/parts.h"

namespace unrecur::verify {

/// A box of inputs and states: low_k ≤ coordinate k ≤ high_k, inputs first where a box is around their set.
struct Region {
  Vector<double> low, high;
};

/// A number within an interval: radius at most so far from the middle, which is a double.
struct Factor {
  Ball middle, radius;

  explicit Factor(const Range& range);
};

/// J = center + Σ_k δ_k left_k right_kᵀ, |δ_k| ≤ radius_k: all Jacobians over a region. Terms stand in the order of
/// docs/theory.md, section 21.
struct JacobianSet {
  BallMatrix center, left, right;  ///< n × n, n × terms, n × terms
  std::vector<Ball> radius;
  bool empty = false;  ///< the region holds no state of the claim

  JacobianSet(Index n, Index terms)
      : center(n, n), left(n, terms), right(n, terms), radius(static_cast<std::size_t>(terms)) {}
};

/// Proves ‖J‖_P ≤ rate for the Jacobians over every region into which the claim's cuts divide its limits and, where
/// they are a box, its inputs: T(rate) ≻ 0 with the claim's multipliers. False where one of them is not proved or where
/// the cuts or the exponents do not fit. That the limits are kept is proved elsewhere.
using JacobiansOver = std::function<JacobianSet(const Region&)>;
Finding prove_regions(const Claim& claim, const JacobiansOver& jacobians);

/// Why the claim's box of states is not proved to be kept by an LSTM; empty where it is. Gates of a unit are taken at
/// the same input and state, and the box is cut where that is needed.
std::string state_box_failure(const Gated& gated, const Claim& claim);

/// Of an LSTM and of a GRU.
JacobiansOver jacobians_of_lstm(const Gated& gated, const Claim& claim);
JacobiansOver jacobians_of_gru(const Gated& gated, const Claim& claim, bool after);

/// The set of inputs where it is a box, and the box around its columns; of size zero for windows of columns.
Region box_around(const Inputs& inputs);

/// What a gated cell knows of a region.
class RegionRanges {
 public:
  RegionRanges(const Gated& gated, const Claim& claim, const Region& region);
  Range state(Index k) const { return {region_.low(inputs_ + k), region_.high(inputs_ + k)}; }
  /// (U x + b)_row over the inputs of the region that the set has, with the recurrent bias on request. Nothing where it
  /// has none there.
  std::optional<Range> drive(Index row, bool with_recurrent_bias) const;
  /// (R h)_row, where h begins at entry `first` of the state.
  Range recurrent(Index row, Index first) const;
  /// The same of an LSTM whose claim has a band: the region is then one of c and h − lean c. Nothing where no state of
  /// the claim lies in it.
  std::optional<Range> leaning(Index row) const;

 private:
  const Gated& gated_;
  const Claim& claim_;
  const Region& region_;
  Index inputs_;
};

/// Interval arithmetic on ranges.
Range operator+(const Range& a, const Range& b);
Range operator-(const Range& a, const Range& b);
Range operator*(const Range& a, const Range& b);
/// ρ and ρ' over a range.
Range values(const Function& function, const Range& a);
Range slopes(const Function& function, const Range& a);

/// An LSTM's c' = f c + i z over ranges of preactivations and c, and what moves it: f, z i', c f', i z'.
struct LstmCellOver {
  Range next, own, by_i, by_f, by_z;
};
LstmCellOver cell_over(const Gated& gated, const Range& i, const Range& f, const Range& z, const Range& c);
/// h' = o ρ(c') over ranges of c' and the preactivation of o, and what moves it: o ρ'(c'), ρ(c') o'.
struct LstmOutputOver {
  Range next, through, by_o;
};
LstmOutputOver output_over(const Gated& gated, const Range& o, const Range& cell);

/// A row of weights from entry `first` on, times a factor, added to a row of the center or written as a term's right
/// side.
void add_row(BallMatrix& to, Index row, const Ball& by, const Matrix<double>& weights, Index from, Index first);
void set_right(JacobianSet& set, Index term, const Matrix<double>& weights, Index from, Index first);

}  // namespace unrecur::verify
