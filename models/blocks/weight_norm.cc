#include "models/blocks/weight_norm.h"

#include <cmath>

namespace unrecur {
namespace {

// All sums over rows go column by column, as the entries lie in memory.

/// 1/‖v_i‖, 0 where v_i = 0.
template <class S>
Vector<S> reciprocal_norms(const Matrix<S>& v) {
  Vector<S> squares = Vector<S>::Zero(v.rows());
  for (Index j = 0; j < v.cols(); ++j) squares += v.col(j).cwiseAbs2();
  return squares.unaryExpr([](S square) { return square > S(0) ? S(1) / std::sqrt(square) : S(0); });
}

}  // namespace

template <class S>
Matrix<S> normalised_rows(const Matrix<S>& g, const Matrix<S>& v) {
  return g.col(0).cwiseProduct(reciprocal_norms(v)).asDiagonal() * v;
}

template <class S>
void add_normalised_gradient(const Matrix<S>& g, const Matrix<S>& v, const Matrix<S>& d_weight, Matrix<S>& d_g,
                             Matrix<S>& d_v) {
  const Vector<S> reciprocal = reciprocal_norms(v);
  Vector<S> along = Vector<S>::Zero(v.rows());
  for (Index j = 0; j < v.cols(); ++j) along += d_weight.col(j).cwiseProduct(v.col(j));
  along.array() *= reciprocal.array();
  d_g.col(0) += along;
  const Vector<S> scale = g.col(0).cwiseProduct(reciprocal);
  const Vector<S> back = scale.cwiseProduct(along).cwiseProduct(reciprocal);
  for (Index j = 0; j < v.cols(); ++j) {
    d_v.col(j) += scale.cwiseProduct(d_weight.col(j)) - back.cwiseProduct(v.col(j));
  }
}

#define UNRECUR_INSTANTIATE(S)                                            \
  template Matrix<S> normalised_rows(const Matrix<S>&, const Matrix<S>&); \
  template void add_normalised_gradient(const Matrix<S>&, const Matrix<S>&, const Matrix<S>&, Matrix<S>&, Matrix<S>&)
UNRECUR_INSTANTIATE(float);
UNRECUR_INSTANTIATE(double);
#undef UNRECUR_INSTANTIATE

}  // namespace unrecur
