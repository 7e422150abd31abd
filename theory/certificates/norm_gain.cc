#include "base/errors.h"
#include "theory/arithmetic/rounding.h"
#include "theory/arithmetic/scaled_rows.h"
#include "theory/arithmetic/spectral_norm.h"
#include "theory/certificates/norm.h"

namespace unrecur {
namespace {

/// The Euclidean norms of the rows, each rounded upwards.
Vector<double> row_norms_up(const Matrix<double>& u) {
  Vector<double> norms(u.rows());
  for (Index j = 0; j < u.rows(); ++j) norms(j) = frobenius_norm_upper(u.row(j));
  return norms;
}

}  // namespace

double gain_into(const Norm& norm, const Matrix<double>& u) {
  if (u.rows() != norm.size()) throw UsageError("an input matrix and a norm of different sizes");
  if (!u.allFinite()) return kInfinity;
  if ((u.array() == 0.0).all()) return 0.0;
  const Vector<double>& w = norm.weights();
  switch (norm.kind()) {
    case NormKind::two:
      return spectral_norm_upper(u);
    case NormKind::weighted_two:
      return scaled_norm_upper(w, u);
    case NormKind::inf:
      return row_norms_up(u).maxCoeff();
    case NormKind::weighted_inf:
      return next_up(row_norms_up(u).cwiseQuotient(w).maxCoeff());
    case NormKind::one:
      return nonnegative_sum_up(row_norms_up(u).sum(), u.rows());
    case NormKind::weighted_one:
      return nonnegative_sum_up(row_norms_up(u).dot(w), u.rows());
    case NormKind::quadratic:
      break;
  }
  return multiply_up(norm.from_euclidean(), spectral_norm_upper(u));
}

}  // namespace unrecur
