#include "models/blocks/paired_taps.h"

#include <algorithm>

#include "models/arrays/product.h"
#include "models/arrays/shares.h"

namespace unrecur {
namespace {

/// Pairs of the batch's columns that are worked on at a time.
constexpr Index kColumns = 512;

/// Fewest sequences of a share: what lies together of one step is not too little to move.
constexpr Index kFewestSequences = 4;

std::vector<Index> first_steps(Index steps, Index dilation) {
  std::vector<Index> pairs;
  for (Index t = 0; t < steps; ++t) {
    if (t / dilation % 2 == 0) pairs.push_back(t);
  }
  return pairs;
}

/// The q-th of four matrices beside each other.
template <class M>
auto quarter(M& four, Index q) {
  return four.middleCols(q * (four.cols() / 4), four.cols() / 4);
}

}  // namespace

template <class S>
PairedTaps<S>::PairedTaps(const Taps& taps, Index first_tap, const Packing& packing)
    : taps_(taps),
      first_tap_(first_tap),
      batch_(packing.batch()),
      steps_(packing.steps()),
      pairs_(first_steps(packing.steps(), taps.dilation)) {}

template <class S>
bool PairedTaps<S>::fewer_products(const Taps& taps, const Packing& packing) {
  constexpr double kWorthwhile = 0.8;  // what is left pays for the sums
  const auto pairs = static_cast<double>(first_steps(packing.steps(), taps.dilation).size());
  return 4.0 * pairs <= kWorthwhile * 3.0 * static_cast<double>(packing.steps());
}

template <class S>
Index PairedTaps<S>::shares(Index rows) const {
  return worthwhile_shares(rows * steps_ * batch_, batch_ / kFewestSequences);
}

template <class S>
template <class Visit>
void PairedTaps<S>::for_each_part(Index first, Index end, const Visit& visit) const {
  const auto most = static_cast<std::size_t>(std::max<Index>(1, kColumns / (end - first)));
  for (std::size_t at = 0; at < pairs_.size(); at += most) {
    visit(Part{std::span(pairs_).subspan(at, std::min(most, pairs_.size() - at)), first, end - first});
  }
}

template <class S>
void PairedTaps<S>::set_filters(const ConstMatrixRef<S>& weights) {
  filters_.resize(weights.rows(), 4 * taps_.inputs);
  const auto tap = [&](Index i) { return tap_of(taps_, weights, first_tap_ + i); };
  for_each_part_shared(weights.rows(), taps_.inputs, [&](Index first, Index count) {
    const auto part = [&](const auto& m) { return m.middleCols(first, count); };
    const auto newest = part(tap(0)), middle = part(tap(1)), oldest = part(tap(2));
    const auto to = [&](Index q) { return quarter(filters_, q).middleCols(first, count); };
    to(0) = oldest;
    to(1) = S(0.5) * (oldest + newest + middle);
    to(2) = S(0.5) * (oldest + newest - middle);
    to(3) = newest;
  });
}

template <class S>
void PairedTaps<S>::inputs_of(const Part& part, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
                              Matrix<S>& inputs) const {
  const Index wide = part.sequences;
  inputs.resize(taps_.inputs, 4 * part.columns());
  const Matrix<S> nothing = Matrix<S>::Zero(taps_.inputs, wide);
  const auto read = [&](Index t) -> ConstMatrixRef<S> {
    if (t >= steps_) return nothing;
    if (t < 0) return initial.block((taps_.reach() + t) * taps_.inputs, part.first, taps_.inputs, wide);
    return x.middleCols(part.column(t, batch_), wide);
  };
  for (Index j = 0; j < std::ssize(part.pairs); ++j) {
    const Index newest = part.pairs[static_cast<std::size_t>(j)] - first_tap_ * taps_.dilation, d = taps_.dilation;
    const auto u0 = read(newest - 2 * d), u1 = read(newest - d), u2 = read(newest), u3 = read(newest + d);
    const auto to = [&](Index q) { return quarter(inputs, q).middleCols(j * wide, wide); };
    to(0) = u0 - u2;
    to(1) = u1 + u2;
    to(2) = u2 - u1;
    to(3) = u1 - u3;
  }
}

template <class S>
void PairedTaps<S>::forward_share(Index first, Index end, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
                                  S beta, MatrixRef<S> sums) const {
  Matrix<S> inputs, products;
  for_each_part(first, end, [&](const Part& part) {
    const Index wide = part.sequences;
    inputs_of(part, x, initial, inputs);
    products.resize(sums.rows(), inputs.cols());
    for (Index q = 0; q < 4; ++q) multiply<S>(quarter(filters_, q), quarter(inputs, q), quarter(products, q), S(0));
    for (std::size_t j = 0; j < part.pairs.size(); ++j) {
      const auto of = [&](Index q) { return quarter(products, q).middleCols(static_cast<Index>(j) * wide, wide); };
      const auto add = [&](Index t, const auto& value) {
        auto to = sums.middleCols(part.column(t, batch_), wide);
        if (beta == S(0)) {
          to = value;
        } else {
          to = beta * to + value;
        }
      };
      const Index t = part.pairs[j];
      add(t, of(0) + of(1) + of(2));
      if (t + taps_.dilation < steps_) add(t + taps_.dilation, of(1) - of(2) - of(3));
    }
  });
}

template <class S>
void PairedTaps<S>::forward(const ConstMatrixRef<S>& weights, const ConstMatrixRef<S>& x,
                            const ConstMatrixRef<S>& initial, S beta, MatrixRef<S> sums) {
  set_filters(weights);
  in_shares(batch_, shares(sums.rows()),
            [&](Index, Index first, Index end) { forward_share(first, end, x, initial, beta, sums); });
}

template <class S>
void PairedTaps<S>::products_gradient(const Part& part, const ConstMatrixRef<S>& d_sums, Matrix<S>& d_products) const {
  const Index wide = part.sequences;
  d_products.resize(d_sums.rows(), 4 * part.columns());
  for (Index j = 0; j < std::ssize(part.pairs); ++j) {
    const Index t = part.pairs[static_cast<std::size_t>(j)], later = t + taps_.dilation;
    const auto to = [&](Index q) { return quarter(d_products, q).middleCols(j * wide, wide); };
    const auto first = d_sums.middleCols(part.column(t, batch_), wide);
    if (later >= steps_) {
      for (Index q = 0; q < 3; ++q) to(q) = first;
      to(3).setZero();
      continue;
    }
    const auto second = d_sums.middleCols(part.column(later, batch_), wide);
    to(0) = first;
    to(1) = first + second;
    to(2) = first - second;
    to(3) = -second;
  }
}

template <class S>
void PairedTaps<S>::add_filters(const Matrix<S>& d_filters, MatrixRef<S> d_weights) const {
  const auto to = [&](Index i) { return tap_of(taps_, d_weights, first_tap_ + i); };
  to(0) += S(0.5) * (quarter(d_filters, 1) + quarter(d_filters, 2)) + quarter(d_filters, 3);
  to(1) += S(0.5) * (quarter(d_filters, 1) - quarter(d_filters, 2));
  to(2) += S(0.5) * (quarter(d_filters, 1) + quarter(d_filters, 2)) + quarter(d_filters, 0);
}

template <class S>
void PairedTaps<S>::scatter(const Part& part, const Matrix<S>& d_inputs, Matrix<S>* d_x, Matrix<S>* d_initial) const {
  const Index wide = part.sequences;
  const auto add = [&](Index t, const auto& value) {
    if (t >= 0 && t < steps_ && d_x != nullptr) d_x->middleCols(part.column(t, batch_), wide) += value;
    if (t < 0 && d_initial != nullptr) {
      d_initial->block((taps_.reach() + t) * taps_.inputs, part.first, taps_.inputs, wide) += value;
    }
  };
  // Of the first taps an input is the third or the fourth of some pair before it is the first or second of a later one.
  const auto put = [&](Index t, const auto& value) {
    if (first_tap_ > 0) return add(t, value);
    if (t < steps_ && d_x != nullptr) d_x->middleCols(part.column(t, batch_), wide) = value;
  };
  for (std::size_t j = 0; j < part.pairs.size(); ++j) {
    const Index newest = part.pairs[j] - first_tap_ * taps_.dilation, d = taps_.dilation;
    const auto of = [&](Index q) { return quarter(d_inputs, q).middleCols(static_cast<Index>(j) * wide, wide); };
    add(newest - 2 * d, of(0));
    add(newest - d, of(1) - of(2) + of(3));
    put(newest, of(1) + of(2) - of(0));
    put(newest + d, -of(3));
  }
}

template <class S>
void PairedTaps<S>::gradients_share(Index first, Index end, const ConstMatrixRef<S>& d_sums, const ConstMatrixRef<S>& x,
                                    const ConstMatrixRef<S>& initial, Matrix<S>& d_filters, Matrix<S>* d_x,
                                    Matrix<S>* d_initial) const {
  d_filters.resize(d_sums.rows(), 4 * taps_.inputs);
  Matrix<S> inputs, d_products;
  for_each_part(first, end, [&](const Part& part) {
    inputs_of(part, x, initial, inputs);
    products_gradient(part, d_sums, d_products);
    const S beta(part.pairs.front() == pairs_.front() ? 0 : 1);
    for (Index q = 0; q < 4; ++q) {
      multiply_by_transposed<S>(quarter(d_products, q), quarter(inputs, q), quarter(d_filters, q), beta);
    }
    if (d_x == nullptr && d_initial == nullptr) return;
    for (Index q = 0; q < 4; ++q) {
      multiply_transposed<S>(quarter(filters_, q), quarter(d_products, q), quarter(inputs, q), S(0));
    }
    scatter(part, inputs, d_x, d_initial);
  });
}

template <class S>
void PairedTaps<S>::gradients(const ConstMatrixRef<S>& d_sums, const ConstMatrixRef<S>& x,
                              const ConstMatrixRef<S>& initial, MatrixRef<S> d_weights, Matrix<S>* d_x,
                              Matrix<S>* d_initial) const {
  std::vector<Matrix<S>> d_filters(static_cast<std::size_t>(shares(d_sums.rows())));
  in_shares(batch_, std::ssize(d_filters), [&](Index share, Index first, Index end) {
    gradients_share(first, end, d_sums, x, initial, d_filters[static_cast<std::size_t>(share)], d_x, d_initial);
  });
  for (std::size_t i = 1; i < d_filters.size(); ++i) d_filters[0] += d_filters[i];
  add_filters(d_filters[0], d_weights);
}

template class PairedTaps<float>;
template class PairedTaps<double>;

}  // namespace unrecur
