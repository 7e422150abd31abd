#include "models/blocks/weight_norm.h"

namespace unrecur {
namespace {

/// 1/‖v_i‖, 0 where v_i = 0.
template <class S>
Vector<S> reciprocal_norms(const Matrix<S>& v) {
  return v.rowwise().norm().unaryExpr([](S norm) { return norm > S(0) ? S(1) / norm : S(0); });
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
  const Vector<S> along = d_weight.cwiseProduct(v).rowwise().sum().cwiseProduct(reciprocal);
  const Vector<S> scale = g.col(0).cwiseProduct(reciprocal);
  d_g.col(0) += along;
  d_v += scale.asDiagonal() * d_weight;
  d_v -= scale.cwiseProduct(along).cwiseProduct(reciprocal).asDiagonal() * v;
}

#define UNRECUR_INSTANTIATE(S)                                            \
  template Matrix<S> normalised_rows(const Matrix<S>&, const Matrix<S>&); \
  template void add_normalised_gradient(const Matrix<S>&, const Matrix<S>&, const Matrix<S>&, Matrix<S>&, Matrix<S>&)
UNRECUR_INSTANTIATE(float);
UNRECUR_INSTANTIATE(double);
#undef UNRECUR_INSTANTIATE

}  // namespace unrecur
