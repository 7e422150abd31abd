#pragma once

#include <functional>
#include <vector>

#include "models/arrays/matrix.h"

namespace unrecur {

/// A positive v with max_j (M v)_j / v_j close to ρ(M), for a nonnegative M (n × n): a search, which proves nothing.
///
/// Power iteration on M + cI from v = 1, whose ratio never grows; where it does not settle (M reducible, or nearly so)
/// the resolvent vector (tI − M)⁻¹ 1 for t a little above ρ(M), which exists for every M. The spread max v / min v is
/// held below 1e8 at the cost of the rate, because a skewed norm pays in context. Deterministic. Costs n² per
/// iteration, n³ per resolvent. Source: Collatz–Wielandt; docs/theory.md.
Vector<double> perron_witness(const Matrix<double>& m);

/// Size of state up to which ladders take the time for perron_witness beside power_witness.
inline constexpr Index kWitnessSize = 300;

/// The same search, told to return the power iteration's vector even where its spread is large: good starting points
/// rather than good norms.
Vector<double> perron_vector(const Matrix<double>& m);

/// (tI − M)⁻¹ 1 for some t between low ≥ ρ(M) and high: witnesses of a rate of about t, flatter the larger t is, which
/// a Perron vector need not be (a unit that hardly acts on the others has a tiny weight there). Those that are
/// positive, scaled to 1 at most. Costs n³ each.
std::vector<Vector<double>> resolvent_witnesses(const Matrix<double>& m, double low, double high);

/// A map F on positive vectors with F(tv) = tF(v) and F(v) ≤ F(w) for v ≤ w: a nonnegative matrix, or the larger of
/// several row by row.
using MonotoneMap = std::function<Vector<double>(const Vector<double>&)>;

/// The v with the smallest max_j F(v)_j / v_j that iterating F + c from `start` > 0 meets; never worse than the start.
/// Entries are held above 1e-6 of the largest. A search: it proves nothing. Costs one F per iteration.
Vector<double> power_witness(const MonotoneMap& map, const Vector<double>& start, int iterations = 200);

}  // namespace unrecur
