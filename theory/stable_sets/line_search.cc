#include "theory/stable_sets/line_search.h"

#include <utility>

#include "theory/stable_sets/layer_matrices.h"

namespace unrecur {
namespace {

Matrix<double> between(const Matrix<double>& from, const Matrix<double>& to, double part) {
  if (from.size() == 0) return to;
  Matrix<double> point = from + part * (to - from);
  if (all_floats(from)) point = point.cast<float>().cast<double>().eval();
  return (from.array() == to.array()).select(from, point);
}

RecurrentLayer layer_between(const RecurrentLayer& from, const RecurrentLayer& to, double part) {
  if (part == 1.0) return to;
  RecurrentLayer point = to;
  point.recurrent = between(from.recurrent, to.recurrent, part);
  point.input = between(from.input, to.input, part);
  point.input_bias = between(from.input_bias, to.input_bias, part);
  point.recurrent_bias = between(from.recurrent_bias, to.recurrent_bias, part);
  return point;
}

}  // namespace

bool all_floats(const Matrix<double>& m) {
  return (m.cast<float>().cast<double>().array() == m.array()).all();
}

std::optional<RecurrentLayer> line_search(const RecurrentLayer& before, const RecurrentLayer& after,
                                          const std::function<bool(const RecurrentLayer&)>& holds, double closer_than) {
  constexpr int kHalvings = 10;
  constexpr double kCloser = 1.0 - 1e-3;
  const double whole = distance(before, after);
  double short_of = 0.0, enough = kCloser * closer_than < whole ? kCloser * closer_than / whole : 1.0;
  RecurrentLayer best = layer_between(before, after, enough);
  if (!holds(best)) return std::nullopt;
  for (int i = 0; i < kHalvings; ++i) {
    const double part = 0.5 * (short_of + enough);
    RecurrentLayer point = layer_between(before, after, part);
    if (holds(point)) {
      enough = part;
      best = std::move(point);
    } else {
      short_of = part;
    }
  }
  return best;
}

}  // namespace unrecur
