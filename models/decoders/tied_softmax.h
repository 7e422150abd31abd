#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "models/decoders/clustered_softmax.h"

namespace unrecur {

/// Softmax whose symbols have the vectors of the embedding E (e × p): z_y = e_yᵀ Q h + c_y. With cutoffs in two steps;
/// then head and tails each have a matrix Q of their own, and the head a vector for each tail. Vectors keep their whole
/// width e in the tails: rare words are there to be shared.
///
/// The embedding comes by share(), and has to before the first call that reads it. A gradient's `shared` holds the
/// part of it that comes from here.
///
/// Parameters: head.projection.weight (e × n), head.bias (c_1 + K, or p), head.tails.weight (K × e, with cutoffs),
/// tail.i.projection.weight (e × n), tail.i.bias. Source: Press and Wolf, "Using the output embedding to improve
/// language models" (EACL 2017); Inan et al., "Tying word vectors and word classifiers" (ICLR 2017); in two steps as
/// Baevski and Auli, "Adaptive input representations" (ICLR 2019), section 3, but for the width.
template <class S>
class TiedSoftmax : public ClusteredSoftmax<S> {
 public:
  /// Throws UsageError where the cutoffs do not rise from 1 to outputs − 1.
  TiedSoftmax(Index outputs, Index n, Index width, std::vector<Index> cutoffs);

  std::unique_ptr<Decoder<S>> clone() const override { return std::make_unique<TiedSoftmax>(*this); }
  /// Throws UsageError where the embedding is not of e × p.
  void share(std::shared_ptr<const Matrix<S>> embedding) override;
};

}  // namespace unrecur
