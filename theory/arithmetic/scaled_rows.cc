#include "theory/arithmetic/scaled_rows.h"

#include <algorithm>
#include <cmath>

#include "theory/arithmetic/eigen.h"
#include "theory/arithmetic/rounding.h"
#include "theory/arithmetic/spectral_norm.h"

namespace unrecur {

double scaled_norm_upper(const Vector<double>& d, const Matrix<double>& a) {
  const Matrix<double> scaled = d.asDiagonal() * a;
  // Each entry is rounded once.
  const double underflow = multiply_up(static_cast<double>(a.rows() + a.cols()), kUnderflow);
  const double rounding = add_up(multiply_up(gamma_up(1), frobenius_norm_upper(scaled)), underflow);
  return add_up(spectral_norm_upper(scaled), rounding);
}

ScaledRows::ScaledRows(const Matrix<double>& a) {
  // Exact where that is cheap, so that the order of the units does not matter, and because a start of few entries may
  // have next to no part of the first singular vector.
  if (a.cols() <= kSmall) {
    small_ = a;
    return;
  }
  large_ = a.cast<float>();
  v_.resize(a.cols());
  for (Index k = 0; k < v_.size(); ++k) v_(k) = 1.0F + static_cast<float>(k % 7) / 8.0F - (k % 2 == 0 ? 2.5F : 0.0F);
}

double ScaledRows::norm(const Vector<double>& d, int iterations) {
  const double largest = d.maxCoeff();
  if (!(largest > 0.0)) return 0.0;
  if (small_.size() > 0) {
    const Matrix<double> scaled = (d / largest).asDiagonal() * small_;
    const Vector<double> squares = symmetric_eigenvalues(scaled.transpose() * scaled);
    return squares.size() > 0 ? largest * std::sqrt(std::max(0.0, squares(squares.size() - 1))) : kInfinity;
  }
  const Eigen::ArrayXf squares = (d / largest).cast<float>().array().square();
  float gain = 0.0F;
  for (int i = 0; i < iterations; ++i) {
    const float length = v_.norm();
    if (!(length > 0.0F)) return 0.0;
    v_ /= length;
    const Vector<float> image = large_ * v_;
    gain = std::sqrt((image.array().square() * squares).sum());
    v_.noalias() = large_.transpose() * (image.array() * squares).matrix();
  }
  return largest * static_cast<double>(gain);
}

}  // namespace unrecur
