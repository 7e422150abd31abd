#include <utility>

#include "theory/verify/arb/runs/run_parts.h"
#include "theory/verify/arb/sloped.h"

namespace unrecur::verify {
namespace {

class PreparedSloped : public PreparedLayer {
 public:
  PreparedSloped(Sloped map, Inlet inlet)
      : map_(std::move(map)), read_(read_of_box(*map_.w, *map_.u, inlet)), rows_(read_) {}

  Balls drive(const Vector<double>& x) const override {
    const Balls input(x.begin(), x.end());
    Balls drive;
    for (Index j = 0; j < map_.n; ++j)
      drive.push_back(sparing_dot(*map_.u, j, input, entry_of(map_.bias, j) + entry_of(map_.recurrent_bias, j)));
    return drive;
  }

  Image step(const CenteredState& s, const Balls& drive) const override {
    const Vector<double> reach = reach_of(read_, s.radius);
    Balls next, slope, kept;
    for (Index j = 0; j < map_.n; ++j) {
      const Ball a = rows_.dot(j, s.middle.data(), drive[at(j)]), y = map_.activation.value(a);
      next.push_back(map_.alpha_is_one ? y : (Ball(1.0) - map_.alpha) * s.middle[at(j)] + map_.alpha * y);
      const Precision narrow(kNarrow);
      slope.push_back(map_.alpha * map_.activation.slopes(widened_by(a, scaled(reach(j), s.exponent))));
      kept.push_back(Ball(1.0) - map_.alpha);
    }
    const Coefficients by(slope), own(kept);
    return {std::move(next), combined({{by, read_, reach}}, &own, s.radius)};
  }

 private:
  Sloped map_;
  Matrix<double> read_;
  BallRows rows_;
};

}  // namespace

std::unique_ptr<PreparedLayer> prepare_sloped(const Layer& layer, Inlet inlet) {
  if (!says_only(layer, {"leak", "recurrent_bias"}, {"activation"})) return nullptr;
  auto map = sloped_of(layer);
  if (!map || !map->leak_makes_sense() || map->u == nullptr || map->u->rows() != map->n) return nullptr;
  for (const Matrix<double>* bias : {map->bias, map->recurrent_bias}) {
    if (bias != nullptr && (bias->rows() != map->n || bias->cols() != 1)) return nullptr;
  }
  return std::make_unique<PreparedSloped>(std::move(*map), inlet);
}

}  // namespace unrecur::verify
