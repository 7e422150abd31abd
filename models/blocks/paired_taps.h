#pragma once

#include <span>
#include <vector>

#include "models/blocks/taps.h"

namespace unrecur {

/// Three neighbouring taps of a causal convolution, a_t = W_i x_{t−id} + W_{i+1} x_{t−(i+1)d} + W_{i+2} x_{t−(i+2)d},
/// over a batch of sequences of one length, for two steps that are d apart at once: four products instead of six
/// (minimal filtering F(2, 3); Winograd, Arithmetic Complexity of Computations, 1980; Lavin and Gray, CVPR 2016). With
/// u_0, …, u_3 the inputs of a pair, the oldest first,
///
///     p_0 = W_{i+2} (u_0 − u_2)                        p_2 = ½ (W_{i+2} − W_{i+1} + W_i) (u_2 − u_1)
///     p_1 = ½ (W_{i+2} + W_{i+1} + W_i) (u_1 + u_2)    p_3 = W_i (u_1 − u_3)
///     a_t = p_0 + p_1 + p_2                            a_{t+d} = p_1 − p_2 − p_3,
///
/// so that a_t is made of what it may see alone, also in its last bits; its errors are some three times those of the
/// products one by one. The gradients are the adjoint, with four products each. Cost 4 n m a pair, and 8 (n + m)
/// numbers moved. Threads take sequences of their own (models/arrays/shares.h).
template <class S>
class PairedTaps {
 public:
  /// All sequences have one length, and first_tap + 2 < taps.kernel.
  PairedTaps(const Taps& taps, Index first_tap, const Packing& packing);

  /// Whether pairs need fewer products: not in batches that end before most steps have a partner.
  static bool fewer_products(const Taps& taps, const Packing& packing);

  /// sums = beta sums + a. Weights are those of all taps, n × k m; x is m × columns, initial state × batch.
  void forward(const ConstMatrixRef<S>& weights, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial, S beta,
               MatrixRef<S> sums);
  /// After forward: adds ∂loss/∂W of the three taps, and ∂loss/∂initial where it is not null. Of ∂loss/∂x, where it is
  /// not null, the first taps write every entry, and later ones add.
  void gradients(const ConstMatrixRef<S>& d_sums, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
                 MatrixRef<S> d_weights, Matrix<S>* d_x, Matrix<S>* d_initial) const;

 private:
  /// Some pairs of steps of some neighbouring sequences of the batch.
  struct Part {
    std::span<const Index> pairs;  ///< the first step of each
    Index first, sequences;

    Index columns() const { return static_cast<Index>(pairs.size()) * sequences; }
    /// Where these sequences lie in the batch's columns of step t.
    Index column(Index t, Index batch) const { return t * batch + first; }
  };

  /// Shares of the batch worth having threads of their own.
  Index shares(Index rows) const;
  /// Calls visit(part) for parts of the sequences first, …, end − 1 that fit into the cache.
  template <class Visit>
  void for_each_part(Index first, Index end, const Visit& visit) const;
  void set_filters(const ConstMatrixRef<S>& weights);
  /// The four on the right of some pairs, m × 4 columns.
  void inputs_of(const Part& part, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
                 Matrix<S>& inputs) const;
  /// ∂loss/∂p of some pairs, n × 4 columns.
  void products_gradient(const Part& part, const ConstMatrixRef<S>& d_sums, Matrix<S>& d_products) const;
  /// Adds ∂loss/∂W, given that of the four factors on the left.
  void add_filters(const Matrix<S>& d_filters, MatrixRef<S> d_weights) const;
  /// forward for the sequences first, …, end − 1.
  void forward_share(Index first, Index end, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial, S beta,
                     MatrixRef<S> sums) const;
  /// gradients for the sequences first, …, end − 1, of the filters in the place of the weights.
  void gradients_share(Index first, Index end, const ConstMatrixRef<S>& d_sums, const ConstMatrixRef<S>& x,
                       const ConstMatrixRef<S>& initial, Matrix<S>& d_filters, Matrix<S>* d_x,
                       Matrix<S>* d_initial) const;
  /// Puts together what inputs_of takes apart.
  void scatter(const Part& part, const Matrix<S>& d_inputs, Matrix<S>* d_x, Matrix<S>* d_initial) const;

  Taps taps_;
  Index first_tap_, batch_, steps_;
  Matrix<S> filters_;         ///< the four factors on the left, n × 4 m
  std::vector<Index> pairs_;  ///< the first step of each pair; the second may lie behind the last step
};

}  // namespace unrecur
