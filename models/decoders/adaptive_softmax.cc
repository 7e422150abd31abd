#include "models/decoders/adaptive_softmax.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/errors.h"

namespace unrecur {
namespace {

/// How much narrower each tail is than the one before.
constexpr Index kNarrower = 4;

}  // namespace

template <class S>
AdaptiveSoftmax<S>::AdaptiveSoftmax(Index outputs, Index n, std::vector<Index> cutoffs)
    : ClusteredSoftmax<S>(outputs, std::move(cutoffs)) {
  if (this->tails() == 0) throw UsageError("an adaptive softmax needs cutoffs");
  const Index head = this->size_of(0) + static_cast<Index>(this->tails());
  const std::size_t rows = this->add("head.weight", head, n);
  this->clusters_.push_back({.projection = {}, .rows = rows, .bias = this->add("head.bias", head, 1, 1)});
  Index narrow = n;
  for (std::size_t i = 1; i <= this->tails(); ++i) {
    narrow = std::max<Index>(1, narrow / kNarrower);
    const std::string name = "tail." + std::to_string(i - 1);
    const std::size_t projection = this->add(name + ".0.weight", narrow, n);
    const std::size_t words = this->add(name + ".1.weight", this->size_of(i), narrow);
    const std::size_t bias = this->add(name + ".1.bias", this->size_of(i), 1, 1);
    this->clusters_.push_back({.projection = projection, .rows = words, .bias = bias});
  }
}

template class AdaptiveSoftmax<float>;
template class AdaptiveSoftmax<double>;

}  // namespace unrecur
