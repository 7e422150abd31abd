#pragma once

#include <optional>
#include <string>

#include "base/execution.h"
#include "models/arrays/matrix.h"
#include "theory/certificates/certificate.h"
#include "theory/slope/slope_map.h"

namespace unrecur {

/// A quadratic norm ‖s‖_P and one multiplier for each unit, which together prove a rate for every slope pattern.
///
/// For s' = (1 − α) e + α w with w = Σ W e, Σ = diag(σ_i), σ_i ∈ [a, b], the multipliers weigh the constraints
/// (w_i − a (We)_i)(b (We)_i − w_i) ≥ 0, and the map contracts at rate λ in ‖·‖_P where the block matrix
///
///     [[ (λ² − (1 − α)²) P + 2ab WᵀΛW,  · ],  [ −α(1 − α) P − (a + b) ΛW,  2Λ − α² P ]]
///
/// is semidefinite. P = Λ = D² gives ‖D W D⁻¹‖₂ back (α = 1, slopes in [0, 1]). Derivation: docs/theory.md, section 14.
struct SlopeMultipliers {
  Matrix<double> p;       ///< P, n × n, symmetric positive definite
  Vector<double> lambda;  ///< the diagonal of Λ, n numbers of at least 0
};

/// True proves P ⪰ 0, Λ ≥ 0 and the block matrix semidefinite for the stored numbers, in exact arithmetic: so
/// ‖φ(s, x) − φ(s', x)‖_P ≤ rate ‖s − s'‖_P for all states and inputs. False says nothing; it is the answer where an
/// entry other than zero lies outside 2^±200, too. Costs 3n³, and n³ more where neither slope is zero.
bool proved_lmi(const SlopeMap& map, const SlopeMultipliers& multipliers, double rate);

/// The least rate that P and Λ show, in floating point: the square root of the largest eigenvalue of the pencil that is
/// left of the block matrix when w is eliminated. Infinite where P or 2Λ − α² P is not definite. Costs about 15n³.
double lmi_rate(const SlopeMap& map, const SlopeMultipliers& multipliers);

/// P = D², Λ = t D² with the t for which lmi_rate is at most weighted_two_rate(map, d).
SlopeMultipliers diagonal_multipliers(const SlopeMap& map, const Vector<double>& d);

struct LmiOptions {
  Index largest_exact = 20;     ///< up to this many units a semidefinite program is solved, where the build has DSDP
  Index largest_descent = 128;  ///< up to this many P is full and found by descent; none is sought for larger maps
  ExecutionContext execution{};
};

/// Why certify_lmi tries nothing for this map, with numbers: its size, or weights beyond those that proved_lmi takes.
/// Empty where it does try.
std::string lmi_not_tried(const SlopeMap& map, const LmiOptions& options = {});

/// ‖·‖_P by method lmi: among the P found, the one with the least context (the least rate where none is below 1). Never
/// worse than diagonal_2norm, from which the search starts, but for 1e-6. Nothing where the map is not well formed, is
/// larger than the options say, or no proof succeeds. Witness: LmiWitness.
std::optional<Certificate> certify_lmi(const SlopeMap& map, const LmiOptions& options = {});

}  // namespace unrecur
