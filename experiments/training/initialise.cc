#include "experiments/training/initialise.h"

#include <cmath>
#include <string>
#include <vector>

#include "experiments/support/random.h"
#include "models/blocks/stream.h"

namespace unrecur {
namespace {

void fill_uniform(Matrix<float>& weights, std::uint64_t seed, const std::string& name, const WeightStart& start) {
  RandomStream random(seed, "initial " + name, 0);
  for (Index i = 0; i < weights.size(); ++i) {
    weights.data()[i] = static_cast<float>(start.centre + start.range * (2.0 * random.uniform() - 1.0));
  }
}

}  // namespace

void initialise(SequenceModel<float>& model, const InitialiseOptions& options) {
  const double range = 1.0 / std::sqrt(static_cast<double>(model.spec().units));
  const std::vector<WeightStart> layers = weight_starts(model.layers());
  std::size_t layer = 0;
  for_each_weight(model, [&](const std::string& name, Matrix<float>& weights, int) {
    WeightStart start{.centre = 0.0, .range = name == "encoder.weight" ? options.embedding_range : range};
    if (name.starts_with("rnn.")) {
      const WeightStart& own = layers[layer++];
      if (own.range >= 0.0) start = own;
    }
    fill_uniform(weights, options.seed, name, start);
  });
}

}  // namespace unrecur
