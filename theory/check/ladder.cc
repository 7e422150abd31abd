#include "theory/check/ladder.h"

#include <algorithm>
#include <chrono>
#include <limits>

#include "base/errors.h"
#include "base/named.h"
#include "models/arrays/product.h"
#include "theory/arithmetic/rounding.h"
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

void check(const LadderOptions& options) {
  const std::vector<std::string_view> known = known_methods();
  for (const std::string& method : options.methods) {
    if (std::find(known.begin(), known.end(), method) != known.end()) continue;
    throw UsageError("unknown method '" + method + "'; known are " + join_names(known));
  }
}

bool counts(const Rung& rung, Side side, Rigour rigour) {
  return rung.side == side && rung.rate >= 0.0 && rung.rate < kInfinity &&
         (rung.rigour == Rigour::proved || rigour == Rigour::floating);
}

class Clock {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace

std::string name_of(Side side) {
  return side == Side::upper ? "upper" : "lower";
}

std::string name_of(Verdict verdict) {
  return verdict == Verdict::proved ? "proved" : verdict == Verdict::refuted ? "refuted" : "undecided";
}

bool wanted(const LadderOptions& options, std::string_view method) {
  return options.methods.empty() ||
         std::find(options.methods.begin(), options.methods.end(), method) != options.methods.end();
}

Rung upper_rung(std::string method, const std::function<std::optional<Certificate>()>& prove) {
  const Clock clock;
  Rung rung{std::move(method), Side::upper, Rigour::proved, kInfinity, "", 0.0, "", prove()};
  rung.seconds = clock.seconds();
  if (rung.certificate) {
    rung.rate = rung.certificate->rate.value;
    rung.rigour = rung.certificate->rate.rigour;
    rung.norm = rung.certificate->norm.name();
  } else {
    rung.note = "no finite rate could be proved";
  }
  return rung;
}

Rung lower_rung(std::string method, const std::function<std::optional<LowerBound>()>& search) {
  const Clock clock;
  const std::optional<LowerBound> found = search();
  Rung rung{std::move(method), Side::lower, Rigour::floating, 0.0, "", clock.seconds(), "", std::nullopt};
  if (found) {
    rung.rate = found->value;
    rung.rigour = found->rigour;
  } else {
    rung.note = "nothing found";
  }
  return rung;
}

namespace {

using FindOrbit = std::optional<Orbit> (*)(const Cell<double>&, const InputSet&, const OrbitSearchOptions&);

std::string note_on(const Orbit& orbit, const InputSet& inputs) {
  const std::string period = orbit.period() == 1 ? "" : "period " + std::to_string(orbit.period()) + ", ";
  const std::string driven = orbit.period() == 1 ? "a constant input of the set" : "periodic inputs of the set";
  return period + (inputs.bounded() ? driven : "zero input") + (orbit.distance ? "" : "; not proved");
}

Rung orbit_rung(const char* method, const Cell<double>& cell, const LadderOptions& options, FindOrbit find,
                Index largest) {
  std::optional<Orbit> orbit;
  Rung rung = lower_rung(method, [&]() -> std::optional<LowerBound> {
    if (!options.drive_known) return std::nullopt;
    orbit = find(cell, options.inputs, {});
    return orbit ? std::optional(orbit->radius) : std::nullopt;
  });
  if (!options.drive_known) rung.note = "not looked for: how inputs enter this map is not known";
  if (orbit) rung.note = note_on(*orbit, options.inputs);
  if (const Index n = cell.shape().state; options.drive_known && n > largest) {
    rung.note = "not tried, n = " + std::to_string(n) + " (at most " + std::to_string(largest) + ")";
  }
  rung.orbit = std::move(orbit);
  return rung;
}

}  // namespace

Rung fixed_point_rung(const Cell<double>& cell, const LadderOptions& options) {
  return orbit_rung("spectral_radius_at_fixed_point", cell, options, &find_fixed_point, OrbitSearchOptions().largest);
}

Rung cycle_rung(const Cell<double>& cell, const LadderOptions& options) {
  return orbit_rung("periodic_orbit", cell, options, &find_cycle, kLargestCycle);
}

void add_orbit_rungs(std::vector<Rung>& rungs, const Cell<double>& cell, const LadderOptions& options) {
  if (wanted(options, "periodic_orbit")) rungs.push_back(cycle_rung(cell, options));
  if (wanted(options, "spectral_radius_at_fixed_point")) rungs.push_back(fixed_point_rung(cell, options));
}

std::vector<Rung> climb(const Cell<double>& cell, const LadderOptions& options) {
  check(options);
  const OneThreadIfSmall threads(cell.shape().state);
  const KindTheory* kind = find_kind_theory(cell.kind());
  return kind != nullptr && kind->bound_rate != nullptr ? kind->bound_rate(cell, options) : std::vector<Rung>{};
}

Verdict verdict_of(std::span<const Rung> rungs) {
  const auto contracts = [](const Rung& rung) {
    return counts(rung, Side::upper, Rigour::proved) && rung.certificate && rung.rate < 1.0;
  };
  const auto expands = [](const Rung& rung) { return counts(rung, Side::lower, Rigour::proved) && rung.rate >= 1.0; };
  if (std::any_of(rungs.begin(), rungs.end(), contracts)) return Verdict::proved;
  if (std::any_of(rungs.begin(), rungs.end(), expands)) return Verdict::refuted;
  return Verdict::undecided;
}

std::optional<UpperBound> best_upper(std::span<const Rung> rungs, Rigour rigour) {
  std::optional<UpperBound> best;
  for (const Rung& rung : rungs) {
    if (counts(rung, Side::upper, rigour) && (!best || rung.rate < best->value)) best = {rung.rate, rung.rigour};
  }
  return best;
}

std::optional<LowerBound> best_lower(std::span<const Rung> rungs, Rigour rigour) {
  std::optional<LowerBound> best;
  for (const Rung& rung : rungs) {
    if (counts(rung, Side::lower, rigour) && (!best || rung.rate > best->value)) best = {rung.rate, rung.rigour};
  }
  return best;
}

const Certificate* best_certificate(std::span<const Rung> rungs, const Reach& reach, double epsilon) {
  const Certificate* best = nullptr;
  Index fewest = std::numeric_limits<Index>::max();
  for (const Rung& rung : rungs) {
    if (!counts(rung, Side::upper, Rigour::proved) || !rung.certificate) continue;
    const Certificate& candidate = *rung.certificate;
    const auto context = certificate_bound(candidate, reach, GapNorm::euclidean).context(epsilon);
    const Index steps = context.value_or(std::numeric_limits<Index>::max());
    const bool wins = steps < fewest || (steps == fewest && best != nullptr && candidate.rate.value < best->rate.value);
    if (best != nullptr && !wins) continue;
    best = &candidate;
    fewest = steps;
  }
  return best;
}

}  // namespace unrecur
