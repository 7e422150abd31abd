#include "theory/gated/supremum.h"

#include <algorithm>
#include <queue>
#include <utility>

namespace unrecur {
namespace {

struct Part {
  Intervals box;
  double above = kInfinity;    ///< at least the largest value over the part
  double taken = -kInfinity;   ///< at most a value that is taken there
  std::size_t coordinate = 0;  ///< to be halved
  bool operator<(const Part& other) const { return above < other.above; }
};

/// Moves what is monotone to its end; true where something moved.
bool settle(Intervals& box, const Intervals& gradient) {
  bool moved = false;
  for (std::size_t k = 0; k < box.size(); ++k) {
    if (!(box[k].low < box[k].high)) continue;
    const bool rises = gradient[k].low >= 0.0, falls = gradient[k].high <= 0.0;
    if (rises) box[k].low = box[k].high;
    if (falls && !rises) box[k].high = box[k].low;
    moved = moved || rises || falls;
  }
  return moved;
}

Part look_at(const BoxFunction& function, Intervals box) {
  FunctionOver over = function(box);
  for (int round = 0; round < 3 && settle(box, over.gradient); ++round) over = function(box);
  Part part{.box = std::move(box), .above = over.value.high};
  double most = -1.0;
  Intervals middles = part.box;
  for (std::size_t k = 0; k < middles.size(); ++k) {
    const Interval& x = part.box[k];
    const double weight = over.gradient[k].magnitude() * (x.high - x.low);
    if (weight > most) {
      most = weight;
      part.coordinate = k;
    }
    middles[k] = exactly(std::clamp(middle(x), x.low, x.high));
  }
  part.taken = function(middles).value.low;
  return part;
}

}  // namespace

double supremum_up(const BoxFunction& function, const Intervals& box, double tolerance, int parts) {
  std::priority_queue<Part> open;
  open.push(look_at(function, box));
  double taken = open.top().taken;
  for (int looked = 1; looked < parts; looked += 2) {
    const Part worst = open.top();
    if (!(worst.above - taken > tolerance)) break;
    const Interval x = worst.box[worst.coordinate];
    const double cut = std::clamp(middle(x), x.low, x.high);
    if (!(x.low < cut && cut < x.high)) break;
    open.pop();
    for (const Interval& half : {Interval{x.low, cut}, Interval{cut, x.high}}) {
      Intervals narrowed = worst.box;
      narrowed[worst.coordinate] = half;
      Part part = look_at(function, std::move(narrowed));
      taken = std::max(taken, part.taken);
      open.push(std::move(part));
    }
  }
  return open.top().above;
}

}  // namespace unrecur
