#include "models/blocks/paired_taps.h"

#include <algorithm>

#include "models/arrays/product.h"

namespace unrecur {
namespace {

/// Pairs of the batch's columns that are worked on at a time.
constexpr Index kColumns = 512;

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
template <class Visit>
void PairedTaps<S>::for_each_part(const Visit& visit) const {
  const auto most = static_cast<std::size_t>(std::max<Index>(1, kColumns / batch_));
  for (std::size_t at = 0; at < pairs_.size(); at += most) {
    visit(Steps(pairs_).subspan(at, std::min(most, pairs_.size() - at)));
  }
}

template <class S>
void PairedTaps<S>::set_filters(const ConstMatrixRef<S>& weights) {
  filters_.resize(weights.rows(), 4 * taps_.inputs);
  const auto tap = [&](Index i) { return tap_of(taps_, weights, first_tap_ + i); };
  const auto newest = tap(0), middle = tap(1), oldest = tap(2);
  quarter(filters_, 0) = oldest;
  quarter(filters_, 1) = S(0.5) * (oldest + newest + middle);
  quarter(filters_, 2) = S(0.5) * (oldest + newest - middle);
  quarter(filters_, 3) = newest;
}

template <class S>
void PairedTaps<S>::inputs_of(Steps pairs, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
                              Matrix<S>& inputs) const {
  const auto count = static_cast<Index>(pairs.size());
  inputs.resize(taps_.inputs, 4 * count * batch_);
  const Matrix<S> nothing = Matrix<S>::Zero(taps_.inputs, batch_);
  const auto read = [&](Index t) -> ConstMatrixRef<S> {
    if (t >= steps_) return nothing;
    if (t < 0) return initial.block((taps_.reach() + t) * taps_.inputs, 0, taps_.inputs, batch_);
    return x.middleCols(t * batch_, batch_);
  };
  for (Index j = 0; j < count; ++j) {
    const Index newest = pairs[static_cast<std::size_t>(j)] - first_tap_ * taps_.dilation, d = taps_.dilation;
    const auto u0 = read(newest - 2 * d), u1 = read(newest - d), u2 = read(newest), u3 = read(newest + d);
    const auto to = [&](Index q) { return quarter(inputs, q).middleCols(j * batch_, batch_); };
    to(0) = u0 - u2;
    to(1) = u1 + u2;
    to(2) = u2 - u1;
    to(3) = u1 - u3;
  }
}

template <class S>
void PairedTaps<S>::forward(const ConstMatrixRef<S>& weights, const ConstMatrixRef<S>& x,
                            const ConstMatrixRef<S>& initial, S beta, MatrixRef<S> sums) {
  set_filters(weights);
  Matrix<S> inputs, products;
  for_each_part([&](Steps pairs) {
    inputs_of(pairs, x, initial, inputs);
    products.resize(weights.rows(), inputs.cols());
    for (Index q = 0; q < 4; ++q) multiply<S>(quarter(filters_, q), quarter(inputs, q), quarter(products, q), S(0));
    for (std::size_t j = 0; j < pairs.size(); ++j) {
      const auto of = [&](Index q) { return quarter(products, q).middleCols(static_cast<Index>(j) * batch_, batch_); };
      const auto add = [&](Index t, const auto& value) {
        auto to = sums.middleCols(t * batch_, batch_);
        if (beta == S(0)) {
          to = value;
        } else {
          to = beta * to + value;
        }
      };
      add(pairs[j], of(0) + of(1) + of(2));
      if (pairs[j] + taps_.dilation < steps_) add(pairs[j] + taps_.dilation, of(1) - of(2) - of(3));
    }
  });
}

template <class S>
void PairedTaps<S>::products_gradient(Steps pairs, const ConstMatrixRef<S>& d_sums, Matrix<S>& d_products) const {
  const auto count = static_cast<Index>(pairs.size());
  d_products.resize(d_sums.rows(), 4 * count * batch_);
  for (Index j = 0; j < count; ++j) {
    const Index t = pairs[static_cast<std::size_t>(j)], later = t + taps_.dilation;
    const auto to = [&](Index q) { return quarter(d_products, q).middleCols(j * batch_, batch_); };
    const auto first = d_sums.middleCols(t * batch_, batch_);
    if (later >= steps_) {
      for (Index q = 0; q < 3; ++q) to(q) = first;
      to(3).setZero();
      continue;
    }
    const auto second = d_sums.middleCols(later * batch_, batch_);
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
void PairedTaps<S>::scatter(Steps pairs, const Matrix<S>& d_inputs, Matrix<S>* d_x, Matrix<S>* d_initial) const {
  const auto add = [&](Index t, const auto& value) {
    if (t >= 0 && t < steps_ && d_x != nullptr) d_x->middleCols(t * batch_, batch_) += value;
    if (t < 0 && d_initial != nullptr) {
      d_initial->block((taps_.reach() + t) * taps_.inputs, 0, taps_.inputs, batch_) += value;
    }
  };
  // Of the first taps an input is the third or the fourth of some pair before it is the first or second of a later one.
  const auto put = [&](Index t, const auto& value) {
    if (first_tap_ > 0) return add(t, value);
    if (t < steps_ && d_x != nullptr) d_x->middleCols(t * batch_, batch_) = value;
  };
  for (std::size_t j = 0; j < pairs.size(); ++j) {
    const Index newest = pairs[j] - first_tap_ * taps_.dilation, d = taps_.dilation;
    const auto of = [&](Index q) { return quarter(d_inputs, q).middleCols(static_cast<Index>(j) * batch_, batch_); };
    add(newest - 2 * d, of(0));
    add(newest - d, of(1) - of(2) + of(3));
    put(newest, of(1) + of(2) - of(0));
    put(newest + d, -of(3));
  }
}

template <class S>
void PairedTaps<S>::gradients(const ConstMatrixRef<S>& d_sums, const ConstMatrixRef<S>& x,
                              const ConstMatrixRef<S>& initial, MatrixRef<S> d_weights, Matrix<S>* d_x,
                              Matrix<S>* d_initial) const {
  Matrix<S> d_filters(d_sums.rows(), 4 * taps_.inputs), inputs, d_products;
  for_each_part([&](Steps pairs) {
    inputs_of(pairs, x, initial, inputs);
    products_gradient(pairs, d_sums, d_products);
    const S beta(pairs.front() == pairs_.front() ? 0 : 1);
    for (Index q = 0; q < 4; ++q) {
      multiply_by_transposed<S>(quarter(d_products, q), quarter(inputs, q), quarter(d_filters, q), beta);
    }
    if (d_x == nullptr && d_initial == nullptr) return;
    for (Index q = 0; q < 4; ++q) {
      multiply_transposed<S>(quarter(filters_, q), quarter(d_products, q), quarter(inputs, q), S(0));
    }
    scatter(pairs, inputs, d_x, d_initial);
  });
  add_filters(d_filters, d_weights);
}

template class PairedTaps<float>;
template class PairedTaps<double>;

}  // namespace unrecur
