#include "tests/support/reference_svd.h"

#include <Eigen/QR>
#include <Eigen/SVD>

#include "tests/models/random_model.h"

namespace unrecur::testing {
namespace {

using Svd = Eigen::BDCSVD<Matrix<double>>;

}  // namespace

double largest_singular_value(const Matrix<double>& a) {
  return Svd(a).singularValues()(0);
}

Matrix<double> clipped_by_svd(const Matrix<double>& a, double bound) {
  const Svd svd(a, Eigen::ComputeThinU | Eigen::ComputeThinV);
  return svd.matrixU() * svd.singularValues().cwiseMin(bound).asDiagonal() * svd.matrixV().transpose();
}

Vector<double> most_stretched_direction(const Matrix<double>& a) {
  return Svd(a, Eigen::ComputeThinU | Eigen::ComputeThinV).matrixV().col(0);
}

Matrix<double> random_orthogonal(Index n, std::mt19937_64& engine) {
  return Eigen::HouseholderQR<Matrix<double>>(random_matrix<double>(n, n, engine)).householderQ();
}

Matrix<double> with_singular_values(const Vector<double>& values, std::mt19937_64& engine) {
  const Index n = values.size();
  const Matrix<double> u = random_orthogonal(n, engine), v = random_orthogonal(n, engine);
  return u * values.asDiagonal() * v.transpose();
}

}  // namespace unrecur::testing
