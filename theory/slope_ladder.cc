#include "theory/slope_ladder.h"

#include "theory/contraction.h"
#include "theory/fixed_point.h"
#include "theory/stein.h"

namespace unrecur {
namespace {

/// Whether the Jacobian is W itself, everywhere and without rounding.
bool is_linear(const SlopeMap& map) {
  return map.leak == 1.0 && map.slope_low == 1.0 && map.slope_high == 1.0;
}

/// The best proof of a lower bound of ρ(W), or the floating value where there is none.
std::optional<LowerBound> linear_radius(const Matrix<double>& w) {
  LowerBound best{simple_radius_down(w), Rigour::proved};
  if (const auto witness = prove_spectral_radius(w); witness && witness->radius.value > best.value) {
    best = witness->radius;
  }
  return best.value > 0.0 ? std::optional(best) : std::nullopt;
}

std::optional<LowerBound> radius_at_fixed_point(const Cell<double>& cell) {
  const auto point = find_fixed_point(cell, Vector<double>::Zero(cell.shape().input));
  return point ? std::optional(point->radius) : std::nullopt;
}

}  // namespace

std::vector<Rung> climb_slope_map(const Cell<double>& cell, const LadderOptions& options) {
  const std::optional<SlopeMap> map = slope_map(cell);
  if (!map) return {};
  std::vector<Rung> rungs;
  const auto add = [&](const char* method, const std::function<std::optional<Certificate>()>& prove) {
    if (wanted(options, method)) rungs.push_back(upper_rung(method, prove));
  };
  add("one_norm", [&] { return certify_one_norm(*map); });
  add("inf_norm", [&] { return certify_inf_norm(*map); });
  add("spectral_norm", [&] { return certify_spectral_norm(*map); });
  add("perron", [&] { return certify_perron(*map); });
  add("diagonal_2norm", [&] { return certify_diagonal_2norm(*map, {.iterations = options.scaling_iterations}); });
  if (is_linear(*map)) add("lyapunov_equation", [&] { return certify_lyapunov(map->w); });

  const char* lower = "spectral_radius_at_fixed_point";
  if (wanted(options, lower) && map->well_formed()) {
    rungs.push_back(is_linear(*map) ? lower_rung(lower, [&] { return linear_radius(map->w); })
                                    : lower_rung(lower, [&] { return radius_at_fixed_point(cell); }));
    if (!is_linear(*map) && rungs.back().note.empty()) rungs.back().note = "fixed point for zero input";
  }
  return rungs;
}

}  // namespace unrecur
