#pragma once

#include <string>
#include <vector>

#include "reports/blocks/block.h"

namespace unrecur::reports {

enum class Script { unicode, ascii };

/// A bound of a rate in words that are a bound too: an upper one is rounded up, a lower one down, to five significant
/// digits. Near 1 the distance from 1 is what counts: "1 − 2.31·10⁻⁷" (in ASCII "1 - 2.31e-07"). Finite rates only;
/// `side` is upper or lower.
std::string format_rate(double rate, Kind side, Script script = Script::unicode);

/// The place of rates on a line on which 1 is marked: linear, or logarithmic where the rates span more than a decade.
class RateAxis {
 public:
  /// An axis on which 1 and all finite ends of the rows have room.
  explicit RateAxis(const std::vector<RateRow>& rows);

  /// In [0, 1] from left to right. Rates outside the axis lie on its ends.
  double place_of(double rate) const;

  struct Tick {
    double place;
    std::string text;
  };
  /// From left to right; one of them is that of 1, and none comes so near to another that their texts touch.
  std::vector<Tick> ticks() const;

 private:
  bool log_ = false;
  double low_ = 0.0, high_ = 2.0;  ///< logarithms to base ten where log_ is set
};

}  // namespace unrecur::reports
