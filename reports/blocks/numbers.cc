#include "reports/blocks/numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace unrecur::reports {
namespace {

constexpr const char* minus = "−";
constexpr double smallest_plain = 1e-3;
constexpr double largest_plain = 1e6;

int exponent_of(double value) {
  return static_cast<int>(std::floor(std::log10(std::fabs(value))));
}

std::string superscript(int exponent) {
  static const char* const digits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string text = exponent < 0 ? "⁻" : "";
  for (const char c : std::to_string(std::abs(exponent))) text += digits[c - '0'];
  return text;
}

std::string times_power(const std::string& mantissa, int exponent) {
  return mantissa + "·10" + superscript(exponent);
}

bool plain(double value) {
  const double size = std::fabs(value);
  return value == 0 || (size >= smallest_plain && size < largest_plain);
}

/// Decimals that show the second significant digit of `spread`; three where it is nothing but rounding of `size`.
int decimals_for(double spread, double size) {
  constexpr double rounding = 1e-9;
  return spread > rounding * size ? std::clamp(1 - exponent_of(spread), 0, 12) : 3;
}

/// Without the zeros that end a decimal fraction.
std::string trimmed(std::string text) {
  if (text.find('.') == text.npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace

std::string format_decimals(double value, int decimals) {
  std::string text = fmt::format("{:.{}f}", std::fabs(value), decimals);
  const bool zero = text.find_first_not_of("0.") == std::string::npos;
  return value < 0 && !zero ? minus + text : text;
}

std::string format_number(double value, int digits) {
  if (!std::isfinite(value)) return kNothing;
  if (value == 0) return "0";
  if (plain(value)) {
    if (value == std::floor(value)) return format_decimals(value, 0);
    return trimmed(format_decimals(value, std::max(0, digits - 1 - exponent_of(value))));
  }
  // Printing may carry into the next power (9.9999 to 10.00), so the exponent is read from what was printed.
  const std::string text = fmt::format("{:.{}e}", value, digits - 1);
  const std::size_t e = text.find('e');
  const std::string mantissa = trimmed(format_decimals(std::strtod(text.substr(0, e).c_str(), nullptr), digits - 1));
  return times_power(mantissa, static_cast<int>(std::strtol(text.c_str() + e + 1, nullptr, 10)));
}

std::string format_upper(double value, int digits) {
  if (!plain(value) || value == 0) return format_number(value, digits);
  const int decimals = std::max(0, digits - 1 - exponent_of(value));
  const std::string nearest = fmt::format("{:.{}f}", value, decimals);
  const double printed = std::strtod(nearest.c_str(), nullptr);
  return trimmed(format_decimals(printed < value ? printed + std::pow(10.0, -decimals) : printed, decimals));
}

std::string format_mean(const Summary& s) {
  if (s.n == 0) return kNothing;
  const double largest = std::max(std::fabs(s.mean), s.sd);
  if (s.n == 1 || s.sd == 0 || !plain(largest)) return format_number(s.mean);
  return format_decimals(s.mean, decimals_for(s.sd, largest));
}

std::string format_mean_sd(const Summary& s) {
  if (s.n <= 1) return format_mean(s);
  const double largest = std::max(std::fabs(s.mean), s.sd);
  if (s.sd == 0) return format_mean(s) + " ± 0";
  if (plain(largest)) return format_mean(s) + " ± " + format_decimals(s.sd, decimals_for(s.sd, largest));
  const int exponent = exponent_of(largest);
  const double scale = std::pow(10.0, -exponent);
  const int decimals = decimals_for(s.sd * scale, largest * scale);
  const std::string both = format_decimals(s.mean * scale, decimals) + " ± " + format_decimals(s.sd * scale, decimals);
  return times_power("(" + both + ")", exponent);
}

std::string format_mean_sd(const std::vector<double>& values) {
  return format_mean_sd(summarize(values));
}

std::string format_interval(const Interval& i) {
  const double largest = std::max(std::fabs(i.low), std::fabs(i.high));
  if (!plain(largest)) return "[" + format_number(i.low, 2) + ", " + format_number(i.high, 2) + "]";
  const int decimals = decimals_for(i.high - i.low, largest);
  return "[" + format_decimals(i.low, decimals) + ", " + format_decimals(i.high, decimals) + "]";
}

std::string format_seconds(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0) return kNothing;
  if (seconds < 60) return format_decimals(seconds, seconds < 10 ? 1 : 0) + " s";
  const auto whole = static_cast<long long>(std::llround(seconds));
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  const long long minutes = (whole + 30) / 60;
  return fmt::format("{} h {} min", minutes / 60, minutes % 60);
}

std::string exact_number(double value) {
  return fmt::format("{}", value);
}

}  // namespace unrecur::reports
