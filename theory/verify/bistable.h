#pragma once

#include <functional>

#include "models/arrays/matrix.h"
#include "theory/verify/claim.h"
#include "theory/verify/observed.h"

namespace unrecur::verify {

/// What a witness of two settled states says, in plain data: under one constant input x of the set there are two sets
/// of states,
///
///     B_i = {s : |W_i (s − c_i)| ≤ r_i, entry by entry},
///
/// each of which `period` steps of φ(·, x) map into itself; a sequence of the set leads from the zero state into each,
/// `steps` times x at its end; and what is observed of any two states of the two is more than `gap` apart in the
/// Euclidean norm. So the two sequences can be followed by as many periods of x as one likes and are as far apart
/// again: no number k of last inputs determines what is observed to within gap/2.
struct Bistable {
  struct Basin {
    Matrix<double> prefix{};     ///< inputs before, m × p
    Vector<double> center{};     ///< c
    Matrix<double> frame{};      ///< W, n × n
    Vector<double> radii{};      ///< r > 0
    double bits_per_step = 0.0;  ///< as in Memory
  };
  Vector<double> input{};  ///< x
  long long steps = 0;
  long long period = 1;  ///< p, of steps; more than one where states turn on their way to rest
  Basin first{}, second{};
  double gap = 0.0;
  Inputs inputs{};
  Observed observed{};
};

/// Proves it in ball arithmetic, and trusts nothing but Arb and this folder: the runs, that W is invertible (its
/// inverse is enclosed), |W(φᵖ(c, x) − c)| + |W J_p ⋯ J_1 W⁻¹| r ≤ r with J_t over the smallest box around what t − 1
/// steps make of B, and the distance. Costs the runs and p n³ ball operations for each basin. docs/theory.md,
/// section 18.
Finding verify_bistable(const Layer& layer, const Bistable& witness, const std::function<bool()>& stop = {});

}  // namespace unrecur::verify
