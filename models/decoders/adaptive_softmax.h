#pragma once

#include <memory>
#include <vector>

#include "models/decoders/decoder.h"

namespace unrecur {

/// Softmax over a large vocabulary in two steps: p(y) = p_head(y) for a frequent symbol, p_head(tail i) · p_i(y) for
/// one of tail i. Probabilities of all p symbols, which add up to 1; symbols have to be numbered by frequency, the most
/// frequent first.
///
/// With cutoffs c_1 < … < c_K the head scores the symbols below c_1 and the K tails; tail i has the symbols from c_i to
/// c_{i+1} − 1 (the last to p − 1) and sees h through a matrix with n / 4^i rows. A column costs the head and only the
/// tail of its own target: for 33,278 words and cutoffs 2,000 and 10,000 about a tenth of the full softmax.
///
/// Parameters, named and shaped as PyTorch's AdaptiveLogSoftmaxWithLoss has them, except that the tails too have a
/// bias: head.weight ((c_1 + K) × n), head.bias, tail.i.0.weight (the matrix), tail.i.1.weight, tail.i.1.bias. Source:
/// Grave et al., "Efficient softmax approximation for GPUs" (ICML 2017), section 4.
template <class S>
class AdaptiveSoftmax : public Decoder<S> {
 public:
  /// Throws UsageError where the cutoffs do not rise from 1 to outputs − 1.
  AdaptiveSoftmax(Index outputs, Index n, std::vector<Index> cutoffs);
  AdaptiveSoftmax(const AdaptiveSoftmax& other);

  std::unique_ptr<Decoder<S>> clone() const override { return std::make_unique<AdaptiveSoftmax>(*this); }
  /// z = ln p, for all p symbols.
  Matrix<S> predict(const ConstMatrixRef<S>& h) const override;
  Vector<S> distances(const ConstMatrixRef<S>& h, const ConstMatrixRef<S>& other) const override;
  double evaluate(const ConstMatrixRef<S>& h, const Targets<S>& targets) const override;
  double differentiate(const ConstMatrixRef<S>& h, const Targets<S>& targets, S scale, std::span<Parameter<S>> gradient,
                       Matrix<S>& d_h, Matrix<S>& z) const override;

 private:
  struct Part;  // what one tail has to do for a batch

  std::size_t tails() const { return cutoffs_.size(); }
  Index end_of(std::size_t tail) const { return tail + 1 < tails() ? cutoffs_[tail + 1] : outputs_; }
  /// Of column j: its symbol in the head, or the head's symbol for its tail.
  Targets<S> head_targets(const Targets<S>& targets, Index columns) const;
  Part part(std::size_t tail, const ConstMatrixRef<S>& h, const Targets<S>& targets) const;

  Index outputs_;
  std::vector<Index> cutoffs_;
  std::unique_ptr<Loss<S>> loss_;
};

}  // namespace unrecur
