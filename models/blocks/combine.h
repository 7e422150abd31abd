#pragma once

#include <Eigen/Core>
#include <array>
#include <cstddef>
#include <utility>

#include "models/arrays/matrix.h"

namespace unrecur {

/// A small matrix of numbers known when this is compiled.
template <std::size_t kRows, std::size_t kColumns>
using Coefficients = std::array<std::array<double, kColumns>, kRows>;

/// Mᵀ, where M::value are coefficients.
template <class M>
struct Transposed {
  static constexpr std::size_t kRows = M::value[0].size(), kColumns = M::value.size();
  static constexpr Coefficients<kRows, kColumns> value = [] {
    Coefficients<kRows, kColumns> result{};
    for (std::size_t i = 0; i < kRows; ++i) {
      for (std::size_t j = 0; j < kColumns; ++j) result[i][j] = M::value[j][i];
    }
    return result;
  }();
};

namespace combine_detail {

template <class M, std::size_t kRow>
constexpr std::size_t first_term() {
  std::size_t j = 0;
  while (M::value[kRow][j] == 0.0) ++j;
  return j;
}

template <class M, std::size_t kRow, std::size_t kColumn, class V, std::size_t n>
void add_term(V& sum, const std::array<V, n>& x) {
  using S = typename V::Scalar;
  constexpr double c = M::value[kRow][kColumn];
  constexpr std::size_t first = first_term<M, kRow>();
  if constexpr (kColumn < first || c == 0.0) return;
  if constexpr (kColumn == first) sum = S(c) * x[kColumn];
  if constexpr (kColumn > first && c == 1.0) sum += x[kColumn];
  if constexpr (kColumn > first && c == -1.0) sum -= x[kColumn];
  if constexpr (kColumn > first && c != 1.0 && c != -1.0 && c != 0.0) sum += S(c) * x[kColumn];
}

template <class M, unsigned kAdd, std::size_t kRow, class V, class S, std::size_t n, std::size_t... kColumn>
void write_row(const std::array<V, n>& x, S* to, std::index_sequence<kColumn...>) {
  V sum;
  (add_term<M, kRow, kColumn>(sum, x), ...);
  Eigen::Map<V> target(to);
  if constexpr ((kAdd >> kRow & 1U) != 0) {
    target += sum;
  } else {
    target = sum;
  }
}

/// One piece of so many numbers. All of it is read before any is written.
template <class M, unsigned kAdd, int kNumbers, class S, std::size_t n, std::size_t m, std::size_t... kRow>
void piece(const std::array<const S*, n>& from, const std::array<S*, m>& to, Index at, std::index_sequence<kRow...>) {
  using V = Eigen::Array<S, kNumbers, 1>;
  std::array<V, n> x;
  for (std::size_t j = 0; j < n; ++j) x[j] = Eigen::Map<const V>(from[j] + at);
  (write_row<M, kAdd, kRow>(x, to[kRow] + at, std::make_index_sequence<n>()), ...);
}

}  // namespace combine_detail

/// y_i = Σ_j M_ij x_j, or y_i += that where bit i of kAdd is set, for vectors of `numbers` numbers, in one pass over
/// them. What M does not have, with a coefficient of 0, leaves no trace in y_i, not even what is no number. Rows of M
/// are not zero. Vectors y may be the same where nobody reads them. Cost: one operation for each coefficient that is
/// not 0 and each number.
template <class M, unsigned kAdd, class S, std::size_t n, std::size_t m>
void combine(Index numbers, const std::array<const S*, n>& from, const std::array<S*, m>& to) {
  static_assert(M::value.size() == m && M::value[0].size() == n);
  constexpr int kAtOnce = 16;
  Index at = 0;
  for (; at + kAtOnce <= numbers; at += kAtOnce) {
    combine_detail::piece<M, kAdd, kAtOnce>(from, to, at, std::make_index_sequence<m>());
  }
  for (; at < numbers; ++at) combine_detail::piece<M, kAdd, 1>(from, to, at, std::make_index_sequence<m>());
}

}  // namespace unrecur
