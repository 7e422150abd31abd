#include "theory/certificates/input_sampler.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/errors.h"

namespace unrecur {

InputSampler::InputSampler(const InputSet& set, Index m, std::uint64_t seed)
    : m_(m), columns_(set.columns()), window_(set.window()), engine_(seed) {
  if (columns_.cols() > 0) {
    if (columns_.rows() * window_ != m) {
      throw UsageError("expected a set of inputs of size " + std::to_string(m) + ", found " +
                       std::to_string(columns_.rows() * window_));
    }
    return;
  }
  const double bound = set.bound().value_or(1.0);
  low_ = set.low().size() > 0 ? set.low() : Vector<double>::Constant(m, -bound);
  high_ = set.low().size() > 0 ? set.high() : Vector<double>::Constant(m, bound);
  if (low_.size() != m) {
    throw UsageError("expected a box of inputs of size " + std::to_string(m) + ", found " +
                     std::to_string(low_.size()));
  }
}

double InputSampler::uniform() {
  return static_cast<double>(engine_() >> 11) * 0x1p-53;
}

Index InputSampler::below(Index count) {
  return static_cast<Index>(uniform() * static_cast<double>(count));
}

Index InputSampler::places() const {
  return columns_.cols() > 0 ? window_ : m_;
}

void InputSampler::redraw(Vector<double>& x, Index place) {
  if (columns_.cols() > 0) {
    x.segment(place * columns_.rows(), columns_.rows()) = columns_.col(below(columns_.cols()));
  } else {
    x(place) = engine_() % 2 == 0 ? low_(place) : high_(place);
  }
}

Vector<double> InputSampler::middle() const {
  if (columns_.cols() > 0) return columns_.col(0).replicate(window_, 1);
  // Halves first: the ends may be as large as doubles get. Rounding does not lead out of the box.
  return (0.5 * low_ + 0.5 * high_).cwiseMax(low_).cwiseMin(high_);
}

Vector<double> InputSampler::extreme() {
  Vector<double> x(m_);
  for (Index place = 0; place < places(); ++place) redraw(x, place);
  return x;
}

Vector<double> InputSampler::opposite(const Vector<double>& x) {
  if (columns_.cols() > 0) return extreme();
  return (x.array() == low_.array()).select(high_, low_);
}

Vector<double> InputSampler::redrawn(Vector<double> x, double probability) {
  redraw(x, below(places()));
  for (Index place = 0; place < places(); ++place) {
    if (uniform() < probability) redraw(x, place);
  }
  return x;
}

Vector<double> InputSampler::towards(Vector<double> x, const Vector<double>& end, double probability) {
  if (columns_.cols() > 0) return redrawn(std::move(x), probability);
  const double reach = uniform();
  for (Index place = 0; place < places(); ++place) {
    const double part = reach * uniform();
    x(place) = std::clamp((1.0 - part) * x(place) + part * end(place), low_(place), high_(place));
  }
  return x;
}

Matrix<double> InputSampler::walk(Index steps, double probability) {
  Matrix<double> x(m_, steps);
  for (Index t = 0; t < steps; ++t) {
    if (t == 0 || uniform() < probability) {
      x.col(t) = extreme();
    } else {
      x.col(t) = x.col(t - 1);
    }
  }
  return x;
}

}  // namespace unrecur
