#include "theory/check/rate_bound.h"

#include <algorithm>
#include <cmath>

#include "base/errors.h"
#include "base/named.h"
#include "base/stopwatch.h"
#include "models/arrays/product.h"
#include "theory/certificates/kind_theory.h"
#include "theory/orbits/orbit_search.h"

namespace unrecur {
namespace {

/// The methods of all kinds, from above first, each once.
std::vector<std::string_view> known_methods() {
  std::vector<std::string_view> known;
  for (const auto methods : {&KindTheory::upper_methods, &KindTheory::lower_methods}) {
    for (const KindTheory* kind : registry::kinds::all()) {
      for (const std::string_view method : kind->*methods) {
        if (std::find(known.begin(), known.end(), method) == known.end()) known.push_back(method);
      }
    }
  }
  return known;
}

void require_known(const std::vector<std::string>& methods) {
  const std::vector<std::string_view> known = known_methods();
  for (const std::string& method : methods) {
    if (std::find(known.begin(), known.end(), method) != known.end()) continue;
    throw UsageError("unknown method '" + method + "'; known are " + join_names(known));
  }
}

bool is_rate(double value) {
  return value >= 0.0 && std::isfinite(value);
}

template <class Bound>
bool counts(const std::optional<Bound>& bound, Rigour rigour) {
  return bound && is_rate(bound->value) && (bound->rigour == Rigour::proved || rigour == Rigour::floating);
}

}  // namespace

std::string name_of(Verdict verdict) {
  return verdict == Verdict::proved ? "proved" : verdict == Verdict::refuted ? "refuted" : "undecided";
}

std::optional<UpperBound> UpperRateBound::bound() const {
  return certificate && is_rate(certificate->rate.value) ? std::optional(certificate->rate) : std::nullopt;
}

bool LowerRateBound::refutes() const {
  return counts(bound, Rigour::proved) && bound->value >= 1.0;
}

bool wanted(const RateOptions& options, std::string_view method) {
  options.execution.poll();
  return options.methods.empty() ||
         std::find(options.methods.begin(), options.methods.end(), method) != options.methods.end();
}

UpperRateBound upper_rate_bound(std::string method, const std::function<std::optional<Certificate>()>& prove) {
  const Stopwatch watch;
  UpperRateBound found{.method = std::move(method), .certificate = prove()};
  found.seconds = watch.seconds();
  if (!found.certificate) found.note = "no finite rate could be proved";
  return found;
}

LowerRateBound lower_rate_bound(std::string method, const std::function<std::optional<LowerBound>()>& search) {
  const Stopwatch watch;
  LowerRateBound found{.method = std::move(method), .bound = search()};
  found.seconds = watch.seconds();
  if (!found.bound) found.note = "nothing found";
  return found;
}

namespace {

using FindOrbit = std::optional<Orbit> (*)(const Cell<double>&, const InputSet&, const OrbitSearchOptions&);

std::string note_on(const Orbit& orbit, const InputSet& inputs) {
  const std::string period = orbit.period() == 1 ? "" : "period " + std::to_string(orbit.period()) + ", ";
  const std::string driven = orbit.period() == 1 ? "a constant input of the set" : "periodic inputs of the set";
  return period + (inputs.bounded() ? driven : "zero input") + (orbit.distance ? "" : "; not proved");
}

LowerRateBound orbit_bound(const char* method, const Cell<double>& cell, const RateOptions& options, FindOrbit find,
                           Index largest, const Vector<double>& limits, double seconds = 0.0) {
  std::optional<Orbit> orbit;
  LowerRateBound found = lower_rate_bound(method, [&]() -> std::optional<LowerBound> {
    if (!options.drive_known) return std::nullopt;
    orbit = find(cell, options.inputs, {.limits = limits, .seconds = seconds, .execution = options.execution});
    return orbit ? std::optional(orbit->radius) : std::nullopt;
  });
  if (!options.drive_known) found.note = "not looked for: how inputs enter this map is not known";
  if (const Index n = cell.shape().state; options.drive_known && n > largest) {
    found.note = "not tried, n = " + std::to_string(n) + " (at most " + std::to_string(largest) + ")";
  }
  if (!orbit) return found;
  found.note = note_on(*orbit, options.inputs);
  found.witness = std::move(*orbit);
  return found;
}

}  // namespace

LowerRateBound fixed_point_bound(const Cell<double>& cell, const RateOptions& options, const Vector<double>& limits,
                                 double seconds) {
  return orbit_bound("spectral_radius_at_fixed_point", cell, options, &find_fixed_point, OrbitSearchOptions().largest,
                     limits, seconds);
}

LowerRateBound cycle_bound(const Cell<double>& cell, const RateOptions& options, const Vector<double>& limits,
                           double seconds) {
  return orbit_bound("periodic_orbit", cell, options, &find_cycle, kLargestCycle, limits, seconds);
}

double orbit_seconds(const RateBounds& bounds, const RateOptions& options) {
  constexpr double kShare = 0.1;  // norms and witnesses of memory need more
  return verdict_of(bounds) == Verdict::undecided ? kShare * options.seconds : 0.0;
}

void add_orbit_bounds(RateBounds& bounds, const Cell<double>& cell, const RateOptions& options) {
  if (wanted(options, "periodic_orbit")) {
    bounds.lower.push_back(cycle_bound(cell, options, {}, orbit_seconds(bounds, options)));
  }
  if (wanted(options, "spectral_radius_at_fixed_point")) {
    bounds.lower.push_back(fixed_point_bound(cell, options, {}, orbit_seconds(bounds, options)));
  }
}

RateBounds bound_rate(const Cell<double>& cell, const RateOptions& options) {
  require_known(options.methods);
  const OneThreadIfSmall threads(cell.shape().state);
  const KindTheory* kind = find_kind_theory(cell.kind());
  return kind != nullptr && kind->bound_rate != nullptr ? kind->bound_rate(cell, options) : RateBounds{};
}

Verdict verdict_of(const RateBounds& bounds) {
  const auto contracts = [](const UpperRateBound& upper) {
    const auto rate = upper.bound();
    return counts(rate, Rigour::proved) && rate->value < 1.0;
  };
  if (std::ranges::any_of(bounds.upper, contracts)) return Verdict::proved;
  if (std::ranges::any_of(bounds.lower, &LowerRateBound::refutes)) return Verdict::refuted;
  return Verdict::undecided;
}

std::optional<UpperBound> best_upper(const RateBounds& bounds, Rigour rigour) {
  std::optional<UpperBound> best;
  for (const UpperRateBound& upper : bounds.upper) {
    const auto rate = upper.bound();
    if (counts(rate, rigour) && (!best || rate->value < best->value)) best = rate;
  }
  return best;
}

std::optional<LowerBound> best_lower(const RateBounds& bounds, Rigour rigour) {
  std::optional<LowerBound> best;
  for (const LowerRateBound& lower : bounds.lower) {
    if (counts(lower.bound, rigour) && (!best || lower.bound->value > best->value)) best = lower.bound;
  }
  return best;
}

}  // namespace unrecur
