#include "theory/check/context_curves.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace unrecur {
namespace {

std::vector<double> errors_around(double epsilon) {
  constexpr double steps = 8.0;
  const double high = std::clamp(std::log10(epsilon) + 1.0, -1.0, 300.0);
  const double low = std::clamp(std::log10(epsilon) - 1.0, -300.0, -9.0);
  std::vector<double> errors;
  const int count = std::min(400, static_cast<int>(std::ceil((high - low) * steps)));
  for (int i = 0; i <= count; ++i) errors.push_back(std::pow(10.0, high - (high - low) * i / count));
  return errors;
}

ContextCurve curve_of(const Certificate& certificate, const LayerReport& report, const std::vector<double>& errors) {
  ContextCurve curve{certificate.method, certificate.rate};
  const GapBound bound = report.promised_gap(certificate);
  for (const double epsilon : errors) {
    if (const auto k = bound.context(epsilon)) curve.points.push_back({epsilon, *k});
  }
  return curve;
}

}  // namespace

std::vector<ContextCurve> context_curves(const LayerReport& report) {
  std::vector<const Certificate*> certificates;
  for (const UpperRateBound& upper : report.bounds.upper) {
    const auto rate = upper.bound();
    if (rate && rate->rigour == Rigour::proved && rate->value < 1.0) certificates.push_back(&*upper.certificate);
  }
  const Certificate* best = report.best() == nullptr ? nullptr : &*report.best()->certificate;
  std::ranges::stable_sort(certificates, {}, [&](const Certificate* c) { return std::pair(c != best, c->rate.value); });
  const std::vector<double> errors = errors_around(report.error);
  std::vector<ContextCurve> curves;
  for (const Certificate* certificate : certificates) {
    curves.push_back(curve_of(*certificate, report, errors));
    if (curves.back().points.empty()) curves.pop_back();
  }
  return curves;
}

}  // namespace unrecur
