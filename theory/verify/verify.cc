#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <string_view>

#include "theory/verify/claim.h"

namespace unrecur::verify {

#ifdef UNRECUR_HAVE_ARB

/// arb/prove.cc
Finding prove(const Layer& layer, const Claim& claim);

namespace {

constexpr std::array<std::string_view, 4> kWeighted{"weighted_one", "weighted_two", "weighted_inf", "quadratic"};
constexpr std::array<std::string_view, 3> kPlain{"one", "two", "inf"};

template <std::size_t N>
bool among(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool all_finite(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double x) { return std::isfinite(x); });
}

bool any_negative(const std::vector<double>& values) {
  return std::any_of(values.begin(), values.end(), [](double x) { return x < 0.0; });
}

/// Whether the numbers are those of a symmetric n × n matrix. No triangle of another may stand for the whole.
bool is_symmetric(const std::vector<double>& values, std::size_t n) {
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t k = 0; k < j; ++k) {
      if (values[j + n * k] != values[k + n * j]) return false;
    }
  }
  return true;
}

/// Two numbers for each entry of the state, the lesser at most zero and the greater at least, within the limits; only
/// gated cells in a quadratic norm have one, and beside it maybe a band that holds zero. Or none at all.
bool state_box_makes_sense(const Claim& claim, std::size_t n) {
  const auto &low = claim.state_low, &high = claim.state_high;
  const std::size_t units = claim.lean.size();
  const bool banded = units > 0 || !claim.off_low.empty() || !claim.off_high.empty();
  if (low.empty() && high.empty()) return !banded;
  if (claim.norm != "quadratic" || low.size() != n || high.size() != n || claim.limits.size() != n) return false;
  for (std::size_t k = 0; k < n; ++k) {
    if (!(-claim.limits[k] <= low[k] && low[k] <= 0.0 && 0.0 <= high[k] && high[k] <= claim.limits[k])) return false;
  }
  if (!banded) return true;
  if (2 * units != n || claim.off_low.size() != units || claim.off_high.size() != units) return false;
  for (std::size_t k = 0; k < units; ++k) {
    const bool holds_zero = claim.off_low[k] <= 0.0 && 0.0 <= claim.off_high[k];
    if (!(holds_zero && std::isfinite(claim.off_low[k]) && std::isfinite(claim.off_high[k]))) return false;
    if (!std::isfinite(claim.lean[k])) return false;
  }
  return true;
}

/// What is wrong with the claim as data; empty where nothing is.
std::string defect(const Layer& layer, const Claim& claim) {
  if (std::string wrong = layer_defect(layer); !wrong.empty()) return wrong;
  const std::size_t n = state_size(layer);
  if (!(claim.rate >= 0.0 && std::isfinite(claim.rate))) return "the rate is not a finite number of at least 0";
  if (!among(kWeighted, claim.norm) && !among(kPlain, claim.norm)) return "the norm is unknown";
  const std::size_t weights = claim.norm == "quadratic" ? n * n : among(kWeighted, claim.norm) ? n : 0;
  if (claim.weights.size() != weights || !all_finite(claim.weights)) return "the norm's weights do not fit the state";
  if (claim.norm == "quadratic" && !is_symmetric(claim.weights, n)) return "the norm's matrix is not symmetric";
  if (claim.norm != "quadratic" &&
      std::any_of(claim.weights.begin(), claim.weights.end(), [](double w) { return !(w > 0.0); }))
    return "the norm's weights are not positive";
  if (!claim.multipliers.empty() && (claim.norm != "quadratic" || claim.multipliers.size() != n ||
                                     !all_finite(claim.multipliers) || any_negative(claim.multipliers)))
    return "the multipliers are not one number of at least 0 for each unit, beside a quadratic norm";
  if (!claim.limits.empty() && claim.limits.size() != n) return "the limits do not fit the state";
  if (!all_finite(claim.limits) || any_negative(claim.limits)) return "the limits are not finite numbers of at least 0";
  if (!state_box_makes_sense(claim, n)) return "the box of the states does not hold zero, or leaves the limits";
  if (claim.slope_low.size() != claim.slope_high.size() ||
      (!claim.slope_low.empty() && (claim.slope_low.size() != n || claim.limits.empty())) ||
      !all_finite(claim.slope_low) || !all_finite(claim.slope_high) ||
      !std::equal(claim.slope_low.begin(), claim.slope_low.end(), claim.slope_high.begin(), std::less_equal<>()))
    return "the slopes are not two numbers for each unit, the lesser first, beside limits of the states";
  if (!all_finite(claim.scales) || !(claim.scaled_norm >= 0.0 && std::isfinite(claim.scaled_norm)) ||
      !(claim.split >= 0.0 && std::isfinite(claim.split)))
    return "scales, their norm or the split are not finite numbers of at least 0";
  const Inputs& inputs = claim.inputs;
  if (inputs.low.size() != inputs.high.size() || !inputs.low.allFinite() || !inputs.high.allFinite() ||
      !inputs.columns.allFinite() || inputs.window < 1 || (inputs.low.array() > inputs.high.array()).any())
    return "the inputs are no set";
  if (claim.context && !(claim.context->epsilon > 0.0 && claim.context->steps >= 0))
    return "the context makes no sense";
  if (claim.context && !claim.context->observed.head.allFinite()) return "the head is not finite";
  if (claim.context && claim.context->radius &&
      !(*claim.context->radius >= 0.0 && std::isfinite(*claim.context->radius)))
    return "the radius of the context is not a finite number of at least 0";
  return {};
}

}  // namespace

Finding verify(const Layer& layer, const Claim& claim) {
  std::string wrong = defect(layer, claim);
  return wrong.empty() ? prove(layer, claim) : Finding{false, std::move(wrong)};
}

#else

Finding verify(const Layer&, const Claim&) {
  return no_ball_arithmetic();
}

#endif

}  // namespace unrecur::verify
