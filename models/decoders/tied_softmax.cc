#include "models/decoders/tied_softmax.h"

#include <string>

#include "base/errors.h"

namespace unrecur {

template <class S>
TiedSoftmax<S>::TiedSoftmax(Index outputs, Index n, Index width, std::vector<Index> cutoffs)
    : ClusteredSoftmax<S>(outputs, std::move(cutoffs)) {
  const auto tails = static_cast<Index>(this->tails());
  for (std::size_t i = 0; i <= this->tails(); ++i) {
    const std::string name = i == 0 ? "head" : "tail." + std::to_string(i - 1);
    typename ClusteredSoftmax<S>::Cluster cluster{.shares = true};
    cluster.projection = this->add(name + ".projection.weight", width, n);
    if (i == 0 && tails > 0) cluster.rows = this->add("head.tails.weight", tails, width);
    cluster.bias = this->add(name + ".bias", this->size_of(i) + (i == 0 ? tails : 0), 1, 1);
    this->clusters_.push_back(cluster);
  }
}

template <class S>
void TiedSoftmax<S>::share(std::shared_ptr<const Matrix<S>> embedding) {
  if (embedding == nullptr || embedding->rows() != this->parameters_[0].value.rows() ||
      embedding->cols() != this->end_of(this->tails())) {
    throw UsageError("a tied softmax shares the vectors of an embedding with as many symbols as it has itself");
  }
  this->shared_ = std::move(embedding);
}

template class TiedSoftmax<float>;
template class TiedSoftmax<double>;

}  // namespace unrecur
