#pragma once

#include "theory/verify/balls/centered.h"

namespace unrecur::verify {

/// How far a state can be from the middle of its enclosure, step by step, by products of Jacobians:
///
///     s_t − m_t = P δ + η,   |δ| ≤ r, |η| ≤ e,   so |s_t − m_t| ≤ |P| r + e.
///
/// P is the product of the Jacobians since the last restart, in double; e takes what its rounding, the width of the
/// Jacobians over the boxes and the rounding of the middles add. A restart makes the box |P| r + e the new r. So the
/// entries' absolute values are taken once in many steps, and radii grow about as perturbations do, not by |J| in every
/// step. All in units of 2^exponent. A step costs one product of matrices of the state's size. docs/theory.md, section
/// 18.
class Deviation {
 public:
  /// Within 2^exponent, entry by entry.
  Deviation(Index size, slong exponent);

  /// An upper bound of |s − m|, and its unit.
  const Vector<double>& radius() const { return radius_; }
  slong exponent() const { return exponent_; }
  bool lost() const;  ///< wider than any use, or NaN

  /// By one step, from the box of that radius. What the balls of the image's middle are wide is added: the new middle
  /// is what they have in theirs.
  void advance(const Image& image);
  /// Whether e is no longer small beside |P| r, or so many steps have been made.
  bool due(Index most_steps) const;
  /// The same box, or one as large as 2^least in every entry.
  void restart(slong least);

 private:
  Matrix<double> product_;  ///< P; empty for the identity
  Vector<double> start_;    ///< r
  Vector<double> main_;     ///< |P| r, an upper bound
  Vector<double> rest_;     ///< e
  Vector<double> radius_;   ///< main + rest
  slong exponent_;
  Index steps_ = 0;
};

}  // namespace unrecur::verify
