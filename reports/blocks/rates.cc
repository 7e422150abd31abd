#include "reports/blocks/rates.h"

#include <algorithm>
#include <cmath>

#include "base/format_bound.h"
#include "reports/blocks/numbers.h"

namespace unrecur::reports {
namespace {

constexpr int rate_digits = 5;
constexpr int distance_digits = 3;
constexpr double near_one = 1e-3;
constexpr double most_decades_linear = 1.0;
constexpr double least_tick_distance = 0.14;

}  // namespace

std::string format_rate(double rate, Kind side, Script script) {
  const bool up = side == Kind::upper;
  if (script == Script::ascii) return format_rate_bound(rate, up ? BoundSide::upper : BoundSide::lower);
  const double distance = rate - 1.0;  // exact where it is small
  if (distance == 0 || std::fabs(distance) >= near_one) {
    return format_number(rounded_outwards(rate, rate_digits, up), rate_digits);
  }
  const std::string size = format_number(std::fabs(rounded_outwards(distance, distance_digits, up)), distance_digits);
  return (distance < 0 ? "1 − " : "1 + ") + size;
}

RateAxis::RateAxis(const std::vector<RateRow>& rows) {
  double low = 1.0, high = 1.0;
  for (const RateRow& row : rows) {
    for (const auto& end : {row.low, row.high}) {
      if (!end || !std::isfinite(*end)) continue;
      low = std::min(low, *end);
      high = std::max(high, *end);
    }
  }
  constexpr double smallest = 1e-4;  // of a lower bound, that is no news
  low = std::max(low, smallest);
  log_ = std::log10(high / low) > most_decades_linear;
  low_ = log_ ? std::log10(low) : low;
  high_ = log_ ? std::log10(high) : high;
  const double width = high_ - low_;
  const double margin = width > 0 ? 0.1 * width : 0.5;
  low_ -= margin;
  high_ += margin;
}

double RateAxis::place_of(double rate) const {
  const double at = log_ ? (rate > 0 ? std::log10(rate) : low_) : rate;
  return std::clamp((at - low_) / (high_ - low_), 0.0, 1.0);
}

std::vector<RateAxis::Tick> RateAxis::ticks() const {
  std::vector<Tick> ticks{{place_of(1.0), "1"}};
  const auto add = [&](double rate) {
    const double place = place_of(rate);
    const bool apart = std::all_of(ticks.begin(), ticks.end(),
                                   [&](const Tick& t) { return std::fabs(t.place - place) >= least_tick_distance; });
    const bool inside = place > 0.02 && place < 0.98;
    if (!inside || !apart) return;
    const double distance = rate - 1;
    const bool near = std::fabs(distance) < near_one;
    ticks.push_back({place, near ? (distance < 0 ? "1 − " : "1 + ") + format_number(std::fabs(distance), 3)
                                 : format_number(rate, 3)});
  };
  if (log_) {
    // Powers of ten, and between them where there are few.
    const bool few = high_ - low_ < 2.5;
    for (int e = static_cast<int>(std::floor(low_)); e <= high_; ++e) {
      for (const double mantissa : few ? std::vector<double>{1, 2, 5} : std::vector<double>{1}) {
        add(mantissa * std::pow(10.0, e));
      }
    }
  } else {
    const double raw = (high_ - low_) / 5, power = std::pow(10.0, std::floor(std::log10(raw)));
    const double step = power * (raw / power > 5 ? 10 : raw / power > 2 ? 5 : raw / power > 1 ? 2 : 1);
    // Counted from 1, so that ticks near it are round distances from it.
    for (double i = std::ceil((low_ - 1) / step); 1 + i * step <= high_; ++i) add(1 + i * step);
  }
  std::sort(ticks.begin(), ticks.end(), [](const Tick& a, const Tick& b) { return a.place < b.place; });
  return ticks;
}

}  // namespace unrecur::reports
