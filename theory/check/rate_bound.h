#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/execution.h"
#include "models/layers/cell.h"
#include "theory/certificates/certificate.h"
#include "theory/orbits/orbit.h"
#include "theory/slope/slope_orbit.h"

namespace unrecur {

/// What a method would need to bound a rate that it could not bound.
enum class Missing { nothing, bounded_inputs };

/// What one method says from above: the rate in the certificate's norm is at most that of the certificate.
struct UpperRateBound {
  std::string method;
  std::optional<Certificate> certificate{};  ///< nothing where no finite rate was found, and `note` says why
  double seconds = 0.0;                      ///< wall time
  std::string note{};
  Missing missing = Missing::nothing;

  /// The certificate's rate, where it is a finite number of at least 0.
  std::optional<UpperBound> bound() const;
};

/// What one method says from below: the rate in every fixed norm is at least the bound, over a domain that holds the
/// witness. A proved bound of 1 or more is a refutation.
struct LowerRateBound {
  /// Nothing, an orbit, or patterns of slopes as in SlopeOrbit (of ones for a linear cell).
  using Witness = std::variant<std::monostate, Orbit, Matrix<double>>;

  std::string method;
  std::optional<LowerBound> bound{};  ///< nothing where nothing was found, and `note` says why
  Witness witness{};
  double seconds = 0.0;  ///< wall time
  std::string note{};

  const Orbit* orbit() const { return std::get_if<Orbit>(&witness); }
  const Matrix<double>* slopes() const { return std::get_if<Matrix<double>>(&witness); }
  /// Whether it is proved to be 1 or more.
  bool refutes() const;
};

/// All bounds on the contraction rate of a cell, in the order in which the methods were tried.
struct RateBounds {
  std::vector<UpperRateBound> upper{};
  std::vector<LowerRateBound> lower{};

  bool empty() const { return upper.empty() && lower.empty(); }
};

struct RateOptions {
  std::vector<std::string> methods{};      ///< only these; empty: all that the cell has
  int scaling_iterations = 0;              ///< of the diagonal scaling; 0 chooses by size
  InputSet inputs = InputSet::anything();  ///< for which the certificates of gated cells are to hold
  /// False where the cell's input weights and biases only stand in for ones that are not known: then no orbit under a
  /// given input says anything of the true map.
  bool drive_known = true;
  /// Wall time for a search that gets better with time, where it may bring a rate below 1; 0: what it does at least.
  double seconds = 0.0;
  ExecutionContext execution{};
};

/// Bounds the contraction rate of a cell by every method for its kind; none where the kind has no methods, which makes
/// the verdict undecided. Throws UsageError where options.methods names a method that does not exist, Interrupted where
/// a stop is asked for. Costs what the methods cost.
RateBounds bound_rate(const Cell<double>& cell, const RateOptions& options = {});

enum class Verdict { proved, refuted, undecided };
std::string name_of(Verdict verdict);

/// proved: some proved upper bound, with its certificate, is below 1. refuted: some proved lower bound is at least 1.
/// Else undecided; floating bounds decide nothing. Proved wins should both be claimed, which would be a defect.
Verdict verdict_of(const RateBounds& bounds);

/// Least and largest: the smallest upper and the largest lower bound of the given rigour or better; nothing where there
/// is none.
std::optional<UpperBound> best_upper(const RateBounds& bounds, Rigour rigour);
std::optional<LowerBound> best_lower(const RateBounds& bounds, Rigour rigour);

/// For the methods of a kind. Whether a method is asked for; throws Interrupted where a stop is.
bool wanted(const RateOptions& options, std::string_view method);
/// A bound by a method, run by the clock.
UpperRateBound upper_rate_bound(std::string method, const std::function<std::optional<Certificate>()>& prove);
LowerRateBound lower_rate_bound(std::string method, const std::function<std::optional<LowerBound>()>& search);
/// spectral_radius_at_fixed_point, for constant inputs of the options' set (zero where it is not bounded), and
/// periodic_orbit; proved where theory/orbits/orbit.h proves them. Limits, where there are any: of states |s_j| ≤
/// limits_j only, those that upper bounds are about. The seconds are for what the search tries beyond its first tries
/// (theory/orbits/orbit_search.h).
LowerRateBound fixed_point_bound(const Cell<double>& cell, const RateOptions& options,
                                 const Vector<double>& limits = {}, double seconds = 0.0);
LowerRateBound cycle_bound(const Cell<double>& cell, const RateOptions& options, const Vector<double>& limits = {},
                           double seconds = 0.0);
/// The share of the options' seconds for one of the two: none where the bounds decide already.
double orbit_seconds(const RateBounds& bounds, const RateOptions& options);
/// Those of the two that are wanted.
void add_orbit_bounds(RateBounds& bounds, const Cell<double>& cell, const RateOptions& options);

}  // namespace unrecur
