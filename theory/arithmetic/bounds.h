#pragma once

#include <string>

namespace unrecur {

/// How far a number can be trusted.
enum class Rigour {
  proved,    ///< holds in exact arithmetic for the stored weights, rounding of our own computation included
  floating,  ///< holds up to rounding that nobody bounded
};

/// A number that the true value does not exceed. Does not convert into a LowerBound or an Estimate, nor into a double.
struct UpperBound {
  double value;
  Rigour rigour;
};

/// A number that the true value is not below.
struct LowerBound {
  double value;
  Rigour rigour;
};

/// A sampled or fitted number; on neither side.
struct Estimate {
  double value;
};

std::string name_of(Rigour rigour);

}  // namespace unrecur
