#include "theory/verify/balls/deviation.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace unrecur::verify {
Deviation::Deviation(Index size, slong exponent)
    : start_(Vector<double>::Ones(size)),
      main_(start_),
      rest_(Vector<double>::Zero(size)),
      radius_(start_),
      exponent_(exponent) {}

bool Deviation::lost() const {
  constexpr slong far = 100;
  return !radius_.allFinite() || exponent_ > far;
}

void Deviation::advance(const Image& image) {
  const Matrix<double>& j = image.jacobian.value;
  const Index n = radius_.size();
  // Rounding of a product of matrices in any order: n units of |J| |P|, twice as much as there is.
  const double units = static_cast<double>(n + 4) * 0x1p-52;
  Vector<double> rest = image.jacobian.off;
  if (j.size() > 0) rest += j.cwiseAbs() * (rest_ + units * main_);
  for (Index k = 0; k < n; ++k) rest(k) += radius_in(image.middle[static_cast<std::size_t>(k)], exponent_);
  // Entries that underflow are off by less than kTiny each.
  const double lost_below = static_cast<double>(n) * kTiny * (1.0 + start_.sum());
  rest_ = (rest * upwards(n + 4)).array() + lost_below;
  if (j.size() == 0) {
    product_.resize(0, 0);  // of nothing: no δ is left
    start_.setZero();
    main_.setZero();
  } else {
    product_ = product_.size() == 0 ? j : Matrix<double>(j * product_);
    main_ = ((product_.cwiseAbs() * start_) * upwards(n)).array() + static_cast<double>(n) * kTiny;
  }
  radius_ = (main_ + rest_) * upwards(1);
  ++steps_;
}

bool Deviation::due(Index most_steps) const {
  constexpr double small = 0x1p-6;
  return steps_ >= most_steps || !(rest_.maxCoeff() <= small * main_.maxCoeff());
}

void Deviation::restart(slong least) {
  constexpr slong most = 5000;  // beyond what doubles hold either way
  const double floor = std::ldexp(1.0, static_cast<int>(std::clamp(least - exponent_, -most, most)));
  Vector<double> r = radius_.cwiseMax(std::max(floor, kTiny));
  const double largest = r.maxCoeff();
  if (std::isfinite(largest)) {
    const int shift = std::ilogb(largest);
    // A power of two is exact, but for numbers that leave the range of doubles below.
    for (double& x : r) x = std::max(std::ldexp(x, -shift), kTiny);
    exponent_ += shift;
  }
  start_ = main_ = radius_ = std::move(r);
  rest_.setZero();
  product_.resize(0, 0);
  steps_ = 0;
}

}  // namespace unrecur::verify
