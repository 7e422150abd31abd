#pragma once

#include <string>
#include <vector>

#include "reports/blocks/statistics.h"

namespace unrecur::reports {

/// Numbers as the report prints them: minus as −, powers of ten as 1.2·10⁻⁷, nothing as –.

inline constexpr const char* kNothing = "–";

/// At most `digits` significant digits, without zeros at the end of a fraction; integers below 10⁶ whole.
std::string format_number(double value, int digits = 4);

/// The same, rounded up: what is printed of an upper bound is one too.
std::string format_upper(double value, int digits = 5);

/// A fixed number of decimals.
std::string format_decimals(double value, int decimals);

/// The mean alone, as format_mean_sd has it where the two need no common power of ten.
std::string format_mean(const Summary& summary);

/// mean ± sd, both to the second significant digit of sd: 8.614 ± 0.012. One value alone has no ±.
std::string format_mean_sd(const Summary& summary);
std::string format_mean_sd(const std::vector<double>& values);

/// [low, high], to the second significant digit of their distance.
std::string format_interval(const Interval& interval);

/// 0.8 s, 3 min 20 s, 2 h 5 min.
std::string format_seconds(double seconds);

/// Shortest text that reads back as the same double: for CSV and JSON, never rounded.
std::string exact_number(double value);

}  // namespace unrecur::reports
