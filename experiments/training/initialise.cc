#include "experiments/training/initialise.h"

#include <cmath>
#include <string>

#include "experiments/support/random.h"

namespace unrecur {
namespace {

void fill_uniform(Matrix<float>& weights, std::uint64_t seed, const std::string& name, double range) {
  RandomStream random(seed, "initial " + name, 0);
  for (Index i = 0; i < weights.size(); ++i) {
    weights.data()[i] = static_cast<float>(range * (2.0 * random.uniform() - 1.0));
  }
}

}  // namespace

void initialise(SequenceModel<float>& model, const InitialiseOptions& options) {
  const double range = 1.0 / std::sqrt(static_cast<double>(model.spec().units));
  for_each_weight(model, [&](const std::string& name, Matrix<float>& weights, int) {
    fill_uniform(weights, options.seed, name, name == "encoder.weight" ? options.embedding_range : range);
  });
}

}  // namespace unrecur
