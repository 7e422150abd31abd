#include "models/blocks/filtered_taps.h"

#include <algorithm>

#include "models/arrays/product.h"
#include "models/arrays/shares.h"

namespace unrecur {
namespace {

/// Columns of each product that are worked on at a time.
constexpr Index kColumns = 512;

/// Fewest sequences of a share: what lies together of one step is not too little to move.
constexpr Index kFewestSequences = 4;

/// Every step is one of r that begin with one of these.
std::vector<Index> first_steps(Index steps, Index dilation, Index r) {
  std::vector<Index> first;
  for (Index t = 0; t < steps; ++t) {
    if (t / dilation % r == 0) first.push_back(t);
  }
  return first;
}

/// The q-th of `count` matrices beside each other.
template <class M>
auto nth(M& all, Index q, Index count) {
  return all.middleCols(q * (all.cols() / count), all.cols() / count);
}

}  // namespace

template <class S, int r>
FilteredTaps<S, r>::FilteredTaps(const Taps& taps, Index first_tap, const Packing& packing)
    : taps_(taps),
      first_tap_(first_tap),
      batch_(packing.batch()),
      steps_(packing.steps()),
      groups_(first_steps(packing.steps(), taps.dilation, r)) {}

template <class S, int r>
double FilteredTaps<S, r>::products_for_step(const Taps& taps, const Packing& packing) {
  const auto groups = static_cast<double>(first_steps(packing.steps(), taps.dilation, r).size());
  return kProducts * groups / static_cast<double>(packing.steps());
}

template <class S, int r>
Index FilteredTaps<S, r>::shares(Index rows) const {
  return worthwhile_shares(rows * steps_ * batch_, batch_ / kFewestSequences);
}

template <class S, int r>
template <class Visit>
void FilteredTaps<S, r>::for_each_part(Index first, Index end, const Visit& visit) const {
  const auto most = static_cast<std::size_t>(std::max<Index>(1, kColumns / (end - first)));
  for (std::size_t at = 0; at < groups_.size(); at += most) {
    visit(Part{std::span(groups_).subspan(at, std::min(most, groups_.size() - at)), first, end - first});
  }
}

template <class S, int r>
template <class T, class M>
auto FilteredTaps<S, r>::step_of(M&& matrix, const Part& part, Index t, Columns<T> nothing) const -> Columns<T> {
  if (t >= steps_) return nothing;
  return {matrix.data() + part.column(t, batch_) * matrix.outerStride(), matrix.outerStride()};
}

template <class S, int r>
template <class T, class M, class I>
auto FilteredTaps<S, r>::input_of(M&& x, I&& initial, const Part& part, Index t, Columns<T> nothing) const
    -> Columns<T> {
  if (t >= 0) return step_of<T>(x, part, t, nothing);
  const Index row = (taps_.reach() + t) * taps_.inputs;
  return {initial.data() + part.first * initial.outerStride() + row, initial.outerStride()};
}

template <class S, int r>
template <class T, class M>
auto FilteredTaps<S, r>::product_of(M& all, const Part& part, Index j, Index q) -> Columns<T> {
  return {all.data() + (q * part.columns() + j * part.sequences) * all.outerStride(), all.outerStride()};
}

template <class S, int r>
template <class M, unsigned kAdd, class Source, class Target>
void FilteredTaps<S, r>::combine_steps(const Part& part, Index rows, const Source& source, const Target& target) const {
  constexpr std::size_t m = M::value.size(), n = M::value[0].size();
  for (Index j = 0; j < std::ssize(part.groups); ++j) {
    std::array<Columns<const S>, n> from;
    std::array<Columns<S>, m> to;
    for (std::size_t i = 0; i < n; ++i) from[i] = source(j, static_cast<Index>(i));
    for (std::size_t i = 0; i < m; ++i) to[i] = target(j, static_cast<Index>(i));
    for (Index b = 0; b < part.sequences; ++b) {
      std::array<const S*, n> read;
      std::array<S*, m> written;
      for (std::size_t i = 0; i < n; ++i) read[i] = from[i][b];
      for (std::size_t i = 0; i < m; ++i) written[i] = to[i][b];
      combine<M, kAdd>(rows, read, written);
    }
  }
}

template <class S, int r>
void FilteredTaps<S, r>::set_filters(const ConstMatrixRef<S>& weights) {
  filters_.resize(weights.rows(), kProducts * taps_.inputs);
  const Index columns = taps_.inputs;
  in_shares(columns, worthwhile_shares(filters_.size(), columns), [&](Index, Index first, Index end) {
    for (Index column = first; column < end; ++column) {
      std::array<const S*, 3> taps;
      std::array<S*, kProducts> to;
      for (Index i = 0; i < 3; ++i) {
        taps[static_cast<std::size_t>(i)] = tap_of(taps_, weights, first_tap_ + 2 - i).col(column).data();
      }
      for (Index q = 0; q < kProducts; ++q) {
        to[static_cast<std::size_t>(q)] = filters_.col(q * taps_.inputs + column).data();
      }
      combine<typename Scheme::Filters, 0>(weights.rows(), taps, to);
    }
  });
}

template <class S, int r>
void FilteredTaps<S, r>::add_filters(std::vector<Matrix<S>>& d_filters, MatrixRef<S> d_weights) const {
  const Index columns = taps_.inputs;
  in_shares(columns, worthwhile_shares(d_filters[0].size(), columns), [&](Index, Index first, Index end) {
    for (Index column = first; column < end; ++column) {
      std::array<const S*, kProducts> from;
      std::array<S*, 3> taps;
      for (Index q = 0; q < kProducts; ++q) {
        auto sum = d_filters[0].col(q * columns + column);
        for (std::size_t i = 1; i < d_filters.size(); ++i) sum += d_filters[i].col(q * columns + column);
        from[static_cast<std::size_t>(q)] = sum.data();
      }
      for (Index i = 0; i < 3; ++i) {
        taps[static_cast<std::size_t>(i)] = tap_of(taps_, d_weights, first_tap_ + 2 - i).col(column).data();
      }
      combine<Transposed<typename Scheme::Filters>, 0b111>(d_weights.rows(), from, taps);
    }
  });
}

template <class S, int r>
void FilteredTaps<S, r>::inputs_of(const Part& part, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
                                   Matrix<S>& inputs) const {
  inputs.resize(taps_.inputs, kProducts * part.columns());
  const Matrix<S> zeros = Matrix<S>::Zero(taps_.inputs, 1);
  combine_steps<typename Scheme::Inputs, 0>(
      part, taps_.inputs,
      [&](Index j, Index i) {
        const Index t = part.groups[static_cast<std::size_t>(j)] + (i - 2 - first_tap_) * taps_.dilation;
        return input_of<const S>(x, initial, part, t, {zeros.data(), 0});
      },
      [&](Index j, Index q) { return product_of<S>(inputs, part, j, q); });
}

template <class S, int r>
template <unsigned kAdd>
void FilteredTaps<S, r>::outputs_of(const Part& part, const Matrix<S>& products, MatrixRef<S> sums) const {
  Matrix<S> nobody_reads = Matrix<S>::Zero(sums.rows(), 1);
  combine_steps<typename Scheme::Outputs, kAdd>(
      part, sums.rows(), [&](Index j, Index q) { return product_of<const S>(products, part, j, q); },
      [&](Index j, Index i) {
        const Index t = part.groups[static_cast<std::size_t>(j)] + i * taps_.dilation;
        return step_of<S>(sums, part, t, {nobody_reads.data(), 0});
      });
}

template <class S, int r>
void FilteredTaps<S, r>::forward(const ConstMatrixRef<S>& weights, const ConstMatrixRef<S>& x,
                                 const ConstMatrixRef<S>& initial, bool add, MatrixRef<S> sums) requires(r == 2) {
  set_filters(weights);
  // Two for each thread, so that one that is held up leaves the rest to others.
  const Index all = shares(sums.rows()), pieces = all == 1 ? 1 : std::min(2 * all, batch_ / kFewestSequences);
  in_shares(batch_, pieces, [&](Index, Index first, Index end) {
    Matrix<S> inputs, products;
    for_each_part(first, end, [&](const Part& part) {
      inputs_of(part, x, initial, inputs);
      products.resize(sums.rows(), inputs.cols());
      for (Index q = 0; q < kProducts; ++q) {
        multiply<S>(nth(filters_, q, kProducts), nth(inputs, q, kProducts), nth(products, q, kProducts), S(0));
      }
      if (add) {
        outputs_of<0b11>(part, products, sums);
      } else {
        outputs_of<0>(part, products, sums);
      }
    });
  });
}

template <class S, int r>
void FilteredTaps<S, r>::products_gradient(const Part& part, const ConstMatrixRef<S>& d_sums,
                                           Matrix<S>& d_products) const {
  d_products.resize(d_sums.rows(), kProducts * part.columns());
  const Matrix<S> zeros = Matrix<S>::Zero(d_sums.rows(), 1);
  combine_steps<Transposed<typename Scheme::Outputs>, 0>(
      part, d_sums.rows(),
      [&](Index j, Index i) {
        const Index t = part.groups[static_cast<std::size_t>(j)] + i * taps_.dilation;
        return step_of<const S>(d_sums, part, t, {zeros.data(), 0});
      },
      [&](Index j, Index q) { return product_of<S>(d_products, part, j, q); });
}

template <class S, int r>
void FilteredTaps<S, r>::scatter(const Part& part, const Matrix<S>& d_inputs, Matrix<S>* d_x,
                                 Matrix<S>* d_initial) const {
  Matrix<S> nobody_reads = Matrix<S>::Zero(taps_.inputs, 1);
  const Columns<S> nowhere{nobody_reads.data(), 0};
  const auto from = [&](Index j, Index q) { return product_of<const S>(d_inputs, part, j, q); };
  const auto to = [&](Index j, Index i) {
    const Index t = part.groups[static_cast<std::size_t>(j)] + (i - 2 - first_tap_) * taps_.dilation;
    if ((t < 0 ? d_initial : d_x) == nullptr) return nowhere;
    return t < 0 ? input_of<S>(*d_initial, *d_initial, part, t, nowhere) : step_of<S>(*d_x, part, t, nowhere);
  };
  // Of the first taps an input is among the last r of some group before it is one of the first two of a later one.
  using Adjoint = Transposed<typename Scheme::Inputs>;
  if (first_tap_ == 0) {
    combine_steps<Adjoint, 0b11>(part, taps_.inputs, from, to);
  } else {
    combine_steps<Adjoint, ~0U>(part, taps_.inputs, from, to);
  }
}

template <class S, int r>
void FilteredTaps<S, r>::gradients_share(Index first, Index end, const ConstMatrixRef<S>& d_sums,
                                         const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
                                         Matrix<S>& d_filters, Matrix<S>* d_x, Matrix<S>* d_initial) const {
  d_filters.resize(d_sums.rows(), kProducts * taps_.inputs);
  Matrix<S> inputs, d_products;
  for_each_part(first, end, [&](const Part& part) {
    inputs_of(part, x, initial, inputs);
    products_gradient(part, d_sums, d_products);
    const S beta(part.groups.front() == groups_.front() ? 0 : 1);
    for (Index q = 0; q < kProducts; ++q) {
      multiply_by_transposed<S>(nth(d_products, q, kProducts), nth(inputs, q, kProducts), nth(d_filters, q, kProducts),
                                beta);
    }
    if (d_x == nullptr && d_initial == nullptr) return;
    for (Index q = 0; q < kProducts; ++q) {
      multiply_transposed<S>(nth(filters_, q, kProducts), nth(d_products, q, kProducts), nth(inputs, q, kProducts),
                             S(0));
    }
    scatter(part, inputs, d_x, d_initial);
  });
}

template <class S, int r>
void FilteredTaps<S, r>::gradients(const ConstMatrixRef<S>& weights, const ConstMatrixRef<S>& d_sums,
                                   const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial, MatrixRef<S> d_weights,
                                   Matrix<S>* d_x, Matrix<S>* d_initial) {
  set_filters(weights);
  std::vector<Matrix<S>> d_filters(static_cast<std::size_t>(shares(d_sums.rows())));
  in_shares(batch_, std::ssize(d_filters), [&](Index share, Index first, Index end) {
    gradients_share(first, end, d_sums, x, initial, d_filters[static_cast<std::size_t>(share)], d_x, d_initial);
  });
  add_filters(d_filters, d_weights);
}

template class FilteredTaps<float, 2>;
template class FilteredTaps<float, 4>;
template class FilteredTaps<double, 2>;
template class FilteredTaps<double, 4>;

}  // namespace unrecur
