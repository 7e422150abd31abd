#include "apps/shortened_move.h"

#include <utility>

#include "apps/check_layers.h"

namespace unrecur {
namespace {

Matrix<double> between(const Matrix<double>& from, const Matrix<double>& to, double part) {
  if (from.size() == 0) return to;
  Matrix<double> point = from + part * (to - from);
  if (all_floats(from)) point = point.cast<float>().cast<double>().eval();
  return (from.array() == to.array()).select(from, point);
}

RecurrentLayer layer_between(const RecurrentLayer& from, const RecurrentLayer& to, double part) {
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

RecurrentLayer shortened_move(const RecurrentLayer& before, const RecurrentLayer& after,
                              const std::vector<std::string>& methods, double rate, const InputSet& inputs) {
  CheckOptions options;
  options.ladder.inputs = inputs;
  options.ladder.methods = methods;
  const auto holds = [&](const RecurrentLayer& layer) {
    const CheckedCell checked = check_cell(layer, options);
    return checked.check.rate_upper && *checked.check.rate_upper <= rate;
  };
  const bool moved = after.recurrent != before.recurrent || after.input != before.input ||
                     after.input_bias != before.input_bias || after.recurrent_bias != before.recurrent_bias;
  if (!moved || !holds(after)) return after;
  constexpr int kHalvings = 10;
  double short_of = 0.0, enough = 1.0;
  RecurrentLayer best = after;
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
