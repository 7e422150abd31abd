#include "theory/check/slope_ladder.h"

#include <string>
#include <utility>

#include "theory/slope/contraction.h"
#include "theory/slope/lmi.h"
#include "theory/slope/lmi_search.h"
#include "theory/slope/local_slopes.h"
#include "theory/slope/slope_orbit.h"
#include "theory/slope/stein.h"

namespace unrecur {
namespace {

/// Whether the Jacobian is W itself, everywhere and without rounding.
bool is_linear(const SlopeMap& map) {
  return map.leak == 1.0 && map.slope_low == 1.0 && map.slope_high == 1.0;
}

/// The best proof of a lower bound of ρ(W); nothing where there is none.
std::optional<LowerBound> linear_radius(const Matrix<double>& w) {
  const LowerBound best{spectral_radius_down(w), Rigour::proved};
  return best.value > 0.0 ? std::optional(best) : std::nullopt;
}

UpperRateBound lmi_bound(const SlopeMap& map, const RateOptions& options) {
  const LmiOptions limits{.execution = options.execution};
  UpperRateBound found = upper_rate_bound("lmi", [&] { return certify_lmi(map, limits); });
  if (std::string why = lmi_not_tried(map, limits); !why.empty()) {
    found.note = std::move(why);
  } else if (!semidefinite_programs_available() && map.size() <= limits.largest_exact) {
    found.note += found.note.empty() ? "" : "; ";
    found.note += "found by descent: a build with DSDP (libdsdp-dev) may find a smaller rate";
  }
  return found;
}

/// What is asked is about bounded inputs, whose slopes need not come near their ends.
bool asks_for_some_inputs(const RateOptions& options) {
  return options.drive_known && options.inputs.bounded();
}

/// Patterns of slopes where it is proved that they come near their ends in every pattern, for which every input is
/// needed; cycles otherwise.
LowerRateBound periodic_bound(const Cell<double>& cell, const SlopeMap& map, const RateOptions& options,
                              const Vector<double>& limits, double seconds) {
  if (asks_for_some_inputs(options)) return cycle_bound(cell, options, limits, seconds);
  SlopesReached reached = SlopesReached::unknown;
  std::optional<SlopeOrbit> orbit;
  LowerRateBound found = lower_rate_bound("periodic_orbit", [&]() -> std::optional<LowerBound> {
    reached = slopes_reached(cell);
    if (reached != SlopesReached::unknown) orbit = find_slope_orbit(map, {.execution = options.execution});
    return orbit ? std::optional(orbit->radius) : std::nullopt;
  });
  if (reached == SlopesReached::unknown) {
    found = cycle_bound(cell, options);
    found.note += "; not proved that every pattern of slopes occurs: the rows of [W U] may be dependent";
  } else if (const Index largest = SlopeOrbitOptions().largest; map.size() > largest) {
    found.note = "not tried, n = " + std::to_string(map.size()) + " (at most " + std::to_string(largest) + ")";
  } else if (orbit) {
    const std::string patterns = std::to_string(orbit->slopes.cols()) + " pattern(s) of extreme slopes, ";
    found.witness = orbit->slopes;
    found.note = patterns + (reached == SlopesReached::at_every_state
                                 ? "approached at every state by some input"
                                 : "approached over every state and input, states that no sequence visits included");
  }
  return found;
}

}  // namespace

namespace {

std::vector<UpperRateBound> upper_bounds(const SlopeMap& map, const RateOptions& options) {
  std::vector<UpperRateBound> upper;
  const auto add = [&](const char* method, const std::function<std::optional<Certificate>()>& prove) {
    if (wanted(options, method)) upper.push_back(upper_rate_bound(method, prove));
  };
  add("one_norm", [&] { return certify_one_norm(map); });
  add("inf_norm", [&] { return certify_inf_norm(map); });
  add("spectral_norm", [&] { return certify_spectral_norm(map); });
  add("perron", [&] { return certify_perron(map); });
  add("diagonal_2norm", [&] { return certify_diagonal_2norm(map, {.iterations = options.scaling_iterations}); });
  if (is_linear(map)) add("lyapunov_equation", [&] { return certify_lyapunov(map.w); });
  if (!map.constant() && wanted(options, "lmi")) upper.push_back(lmi_bound(map, options));
  return upper;
}

/// What no input at all can break is said so; only where that is not proved, method by method what holds for the
/// inputs of the set. Returns the limits of the states that this is about; none where it is about all of them.
Vector<double> add_upper_bounds(RateBounds& bounds, const Cell<double>& cell, const SlopeMap& map,
                                const RateOptions& options) {
  bounds.upper = upper_bounds(map, options);
  if (!asks_for_some_inputs(options) || verdict_of(bounds) == Verdict::proved) return {};
  const auto local = local_slope_map(cell, options.inputs);
  if (!local) return {};
  std::vector<UpperRateBound> better = upper_bounds(*local, options);
  for (std::size_t i = 0; i < bounds.upper.size() && i < better.size(); ++i) {
    const auto here = better[i].bound(), anywhere = bounds.upper[i].bound();
    better[i].seconds += bounds.upper[i].seconds;
    if (here && (!anywhere || here->value < anywhere->value)) bounds.upper[i] = std::move(better[i]);
  }
  return local->domain.limits;
}

}  // namespace

RateBounds bound_slope_map(const Cell<double>& cell, const RateOptions& options) {
  const std::optional<SlopeMap> map = slope_map(cell);
  if (!map) return {};
  RateBounds bounds;
  const Vector<double> limits = add_upper_bounds(bounds, cell, *map, options);

  if (!map->constant() && wanted(options, "periodic_orbit") && map->well_formed()) {
    bounds.lower.push_back(periodic_bound(cell, *map, options, limits, orbit_seconds(bounds, options)));
  }

  const char* lower = "spectral_radius_at_fixed_point";
  if (wanted(options, lower) && map->well_formed()) {
    if (is_linear(*map)) {
      bounds.lower.push_back(lower_rate_bound(lower, [&] { return linear_radius(map->w); }));
      bounds.lower.back().witness = Matrix<double>(Matrix<double>::Ones(map->size(), 1));
    } else {
      bounds.lower.push_back(fixed_point_bound(cell, options, limits, orbit_seconds(bounds, options)));
    }
  }
  return bounds;
}

}  // namespace unrecur
