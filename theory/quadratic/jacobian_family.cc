#include "theory/quadratic/jacobian_family.h"

#include <algorithm>
#include <utility>

namespace unrecur {
Interval& Region::at(Index k) {
  const Index m = std::ssize(inputs);
  return k < m ? inputs[static_cast<std::size_t>(k)] : state[static_cast<std::size_t>(k - m)];
}

std::pair<Region, Region> Region::halves(Index coordinate) const {
  std::pair<Region, Region> both{*this, *this};
  Interval &low = both.first.at(coordinate), &high = both.second.at(coordinate);
  const double cut = std::clamp(middle(low), low.low, low.high);
  low.high = cut;
  high.low = cut;
  return both;
}

RegionDrive::RegionDrive(const GatedWeights& weights, const InputSet& inputs, Index rows)
    : weights_(weights), bias_(weights.bias), whole_(gate_drives(weights, inputs, rows)) {
  if (const auto box = inputs.box_around(weights.input.cols())) {
    for (Index i = 0; i < box->low.size(); ++i) inputs_.push_back({box->low(i), box->high(i)});
  }
  second_ = Vector<double>::Zero(bias_.size());
  const Index shared = std::min(rows, weights.recurrent_bias.size());
  second_.head(shared) = weights.recurrent_bias.head(shared);
}

std::optional<Intervals> RegionDrive::over(const Intervals& inputs) const {
  if (inputs_.empty()) return whole_;
  Intervals drive = product(weights_.input, inputs) + bias_ + second_;
  // Of a vocabulary, what is known of its own vectors is mostly less than their box.
  for (std::size_t row = 0; row < drive.size(); ++row) {
    drive[row] = {std::max(drive[row].low, whole_[row].low), std::min(drive[row].high, whole_[row].high)};
    if (drive[row].low > drive[row].high) return std::nullopt;
  }
  return drive;
}

Intervals states_of(const Domain& domain) {
  const bool boxed = domain.low.size() > 0;
  Intervals box;
  for (Index j = 0; j < domain.limits.size(); ++j) {
    box.push_back({boxed ? domain.low(j) : -domain.limits(j), boxed ? domain.high(j) : domain.limits(j)});
  }
  return box;
}

}  // namespace unrecur
