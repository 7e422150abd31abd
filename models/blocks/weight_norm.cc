#include "models/blocks/weight_norm.h"

#include <cmath>

#include "models/arrays/shares.h"

namespace unrecur {
namespace {

/// Σ_j of what visit(j) gives, a column each, over the columns of v. All sums over rows go column by column, as the
/// entries lie in memory, and threads share the columns.
template <class S, class Visit>
Vector<S> sum_of_columns(const Matrix<S>& v, const Visit& visit) {
  const Index shares = worthwhile_shares(v.size(), v.cols());
  Matrix<S> sums = Matrix<S>::Zero(v.rows(), shares);
  in_shares(v.cols(), shares, [&](Index share, Index first, Index end) {
    for (Index j = first; j < end; ++j) sums.col(share) += visit(j);
  });
  return sums.rowwise().sum();
}

/// 1/‖v_i‖, 0 where v_i = 0.
template <class S>
Vector<S> reciprocal_norms(const Matrix<S>& v) {
  const Vector<S> squares = sum_of_columns(v, [&](Index j) { return v.col(j).cwiseAbs2(); });
  return squares.unaryExpr([](S square) { return square > S(0) ? S(1) / std::sqrt(square) : S(0); });
}

}  // namespace

template <class S>
Matrix<S> normalised_rows(const Matrix<S>& g, const Matrix<S>& v) {
  const Vector<S> scale = g.col(0).cwiseProduct(reciprocal_norms(v));
  Matrix<S> weights(v.rows(), v.cols());
  for_each_part_shared(v.rows(), v.cols(), [&](Index first, Index count) {
    weights.middleCols(first, count) = scale.asDiagonal() * v.middleCols(first, count);
  });
  return weights;
}

template <class S>
void add_normalised_gradient(const Matrix<S>& g, const Matrix<S>& v, const Matrix<S>& d_weight, Matrix<S>& d_g,
                             Matrix<S>& d_v) {
  const Vector<S> reciprocal = reciprocal_norms(v);
  Vector<S> along = sum_of_columns(v, [&](Index j) { return d_weight.col(j).cwiseProduct(v.col(j)); });
  along.array() *= reciprocal.array();
  d_g.col(0) += along;
  const Vector<S> scale = g.col(0).cwiseProduct(reciprocal);
  const Vector<S> back = scale.cwiseProduct(along).cwiseProduct(reciprocal);
  for_each_part_shared(v.rows(), v.cols(), [&](Index first, Index count) {
    for (Index j = first; j < first + count; ++j) {
      d_v.col(j) += scale.cwiseProduct(d_weight.col(j)) - back.cwiseProduct(v.col(j));
    }
  });
}

#define UNRECUR_INSTANTIATE(S)                                            \
  template Matrix<S> normalised_rows(const Matrix<S>&, const Matrix<S>&); \
  template void add_normalised_gradient(const Matrix<S>&, const Matrix<S>&, const Matrix<S>&, Matrix<S>&, Matrix<S>&)
UNRECUR_INSTANTIATE(float);
UNRECUR_INSTANTIATE(double);
#undef UNRECUR_INSTANTIATE

}  // namespace unrecur
