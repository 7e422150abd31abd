#pragma once

#include <array>
#include <span>
#include <vector>

#include "models/blocks/filtering.h"
#include "models/blocks/taps.h"

namespace unrecur {

/// Three neighbouring taps of a causal convolution, a_t = W_i x_{t−id} + W_{i+1} x_{t−(i+1)d} + W_{i+2} x_{t−(i+2)d},
/// over a batch of sequences of one length, for r steps that are d apart at once, by minimal filtering F(r, 3)
/// (filtering.h): r + 2 products of matrices in the place of 3 r. The gradients are the adjoint, with as many products
/// each. Cost 2 (r + 2) n m for r steps, and (r + 2)(n + m) numbers moved. Threads take sequences of their own
/// (models/arrays/shares.h).
template <class S, int r>
class FilteredTaps {
 public:
  /// All sequences have one length, and first_tap + 2 < taps.kernel.
  FilteredTaps(const Taps& taps, Index first_tap, const Packing& packing);

  /// Products for each step, where three would be needed: more than (r + 2)/r in batches that end before most steps
  /// have their partners.
  static double products_for_step(const Taps& taps, const Packing& packing);

  /// sums = a, or sums += a where `add` is set. Weights are those of all taps, n × k m; x is m × columns, initial
  /// state × batch. For two steps at a time alone: with more, steps would see the future in their last bits.
  void forward(const ConstMatrixRef<S>& weights, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial, bool add,
               MatrixRef<S> sums) requires(r == 2);
  /// Adds ∂loss/∂W of the three taps, and ∂loss/∂initial where it is not null. Of ∂loss/∂x, where it is not null, the
  /// first taps write every entry, and later ones add.
  void gradients(const ConstMatrixRef<S>& weights, const ConstMatrixRef<S>& d_sums, const ConstMatrixRef<S>& x,
                 const ConstMatrixRef<S>& initial, MatrixRef<S> d_weights, Matrix<S>* d_x, Matrix<S>* d_initial);

 private:
  static constexpr int kProducts = r + 2;
  using Scheme = Filtering<r>;

  /// Some groups of r steps of some neighbouring sequences of the batch.
  struct Part {
    std::span<const Index> groups;  ///< the first step of each
    Index first, sequences;

    Index columns() const { return static_cast<Index>(groups.size()) * sequences; }
    /// Where these sequences lie in the batch's columns of step t.
    Index column(Index t, Index batch) const { return t * batch + first; }
  };
  /// Columns of some matrix, one below the other in memory by so many numbers.
  template <class T>
  struct Columns {
    T* begin;
    Index stride;
    T* operator[](Index b) const { return begin + b * stride; }
  };

  /// Shares of the batch worth having threads of their own.
  Index shares(Index rows) const;
  /// Calls visit(part) for parts of the sequences first, …, end − 1 that fit into the cache.
  template <class Visit>
  void for_each_part(Index first, Index end, const Visit& visit) const;
  /// Where the columns of step t lie; columns of `nothing` behind the last step.
  template <class T, class M>
  Columns<T> step_of(M&& matrix, const Part& part, Index t, Columns<T> nothing) const;
  /// The same for what is read or written of an input, which may lie before the first step.
  template <class T, class M, class I>
  Columns<T> input_of(M&& x, I&& initial, const Part& part, Index t, Columns<T> nothing) const;
  /// combine<M, kAdd> for every group and sequence: source(group, i) and target(group, i) are the i-th columns.
  template <class M, unsigned kAdd, class Source, class Target>
  void combine_steps(const Part& part, Index rows, const Source& source, const Target& target) const;
  /// The q-th columns of the j-th group within r + 2 matrices beside each other.
  template <class T, class M>
  static Columns<T> product_of(M& all, const Part& part, Index j, Index q);

  void set_filters(const ConstMatrixRef<S>& weights);
  /// Inputs u of some groups, m × (r + 2) columns.
  void inputs_of(const Part& part, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
                 Matrix<S>& inputs) const;
  /// ∂loss/∂ the products of some groups, n × (r + 2) columns.
  void products_gradient(const Part& part, const ConstMatrixRef<S>& d_sums, Matrix<S>& d_products) const;
  /// Adds ∂loss/∂W, given what every share has of that of the filters. Leaves their sum in the first.
  void add_filters(std::vector<Matrix<S>>& d_filters, MatrixRef<S> d_weights) const;
  /// Adds or writes the outputs of some groups.
  template <unsigned kAdd>
  void outputs_of(const Part& part, const Matrix<S>& products, MatrixRef<S> sums) const;
  /// gradients for the sequences first, …, end − 1, of the filters in the place of the weights.
  void gradients_share(Index first, Index end, const ConstMatrixRef<S>& d_sums, const ConstMatrixRef<S>& x,
                       const ConstMatrixRef<S>& initial, Matrix<S>& d_filters, Matrix<S>* d_x,
                       Matrix<S>* d_initial) const;
  /// Puts together what inputs_of takes apart.
  void scatter(const Part& part, const Matrix<S>& d_inputs, Matrix<S>* d_x, Matrix<S>* d_initial) const;

  Taps taps_;
  Index first_tap_, batch_, steps_;
  Matrix<S> filters_;          ///< the r + 2 factors on the left, n × (r + 2) m
  std::vector<Index> groups_;  ///< the first step of each group; later ones may lie behind the last step
};

}  // namespace unrecur
