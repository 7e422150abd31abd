#include "experiments/twins/tcn_twin.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/errors.h"
#include "base/expected.h"
#include "experiments/support/random.h"
#include "experiments/training/initialise.h"
#include "experiments/training/optimiser.h"
#include "models/blocks/places.h"

namespace unrecur {
namespace {

ModelSpec tcn_spec(Index inputs, Index outputs, Index order, Index units) {
  ModelSpec spec;
  spec.frame = inputs;
  spec.cell = "conv";
  spec.units = units;
  spec.layers = 0;
  spec.skip = Skip::residual;
  spec.outputs = outputs;
  spec.loss = "squared";
  for (Index dilation = 1; dilation < order; dilation *= 2) ++spec.layers;
  spec.attributes = {
      {"kernel", "2"}, {"activation", "tanh"}, {"dilation", doubling_dilations(spec.layers, spec.layers)}};
  return spec;
}

/// Root mean squares of inputs and outputs row by row, and the mean of the outputs.
struct Scales {
  Vector<double> x, y, mean;
};

Scales scales_of(std::span<const WindowExample> examples) {
  Scales scales{Vector<double>::Zero(examples[0].x->rows()), Vector<double>::Zero(examples[0].y->rows()),
                Vector<double>::Zero(examples[0].y->rows())};
  double steps = 0.0;
  for (const WindowExample& e : examples) {
    const Index count = e.last - e.first;
    scales.x += e.x->middleCols(e.first, count).rowwise().squaredNorm();
    scales.y += e.y->middleCols(e.first, count).rowwise().squaredNorm();
    scales.mean += e.y->middleCols(e.first, count).rowwise().sum();
    steps += static_cast<double>(count);
  }
  const auto settled = [](double s) { return s > 0.0 ? s : 1.0; };
  scales.mean /= steps;
  scales.x = (scales.x / steps).cwiseSqrt().unaryExpr(settled);
  scales.y = ((scales.y / steps).array() - scales.mean.array().square()).max(0.0).sqrt().matrix().unaryExpr(settled);
  return scales;
}

/// Pieces of the examples, each from its own place, which do not count before `context` steps of them are over.
class Pieces {
 public:
  Pieces(std::span<const WindowExample> examples, Index context, const TcnOptions& options, const Scales& scales)
      : examples_(examples),
        context_(context),
        options_(options),
        scales_(scales),
        random_(options.seed, "tcn pieces") {
    span_ = 0;
    for (const WindowExample& e : examples) span_ = std::max(span_, std::min(options.span, e.last - e.first - context));
    if (span_ < 1) {
      throw UsageError("a network of convolutions needs sequences of more than " + std::to_string(context + 1) +
                       " steps to be fitted to");
    }
    for (const WindowExample& e : examples) {
      places_.push_back(static_cast<double>(std::max<Index>(0, e.last - e.first - context - span_ + 1)));
    }
  }

  Batch<float> draw() {
    const Index length = context_ + span_, inputs = scales_.x.size(), outputs = scales_.y.size();
    Batch<float> batch;
    batch.packing = Packing::uniform(length, options_.batch);
    batch.frames.resize(inputs, batch.packing.columns());
    batch.targets.frames.resize(outputs, batch.packing.columns());
    batch.targets.weights.resize(batch.packing.columns());
    for (Index b = 0; b < options_.batch; ++b) {
      const WindowExample& e = examples_[random_.pick(places_)];
      const auto choices = static_cast<std::uint64_t>(e.last - e.first - length + 1);
      const Index begin = e.first + static_cast<Index>(random_.below(choices));
      for (Index t = 0; t < length; ++t) {
        const Index column = batch.packing.column(b, t);
        batch.frames.col(column) = e.x->col(begin + t).cwiseQuotient(scales_.x).cast<float>();
        batch.targets.frames.col(column) = (e.y->col(begin + t) - scales_.mean).cwiseQuotient(scales_.y).cast<float>();
        batch.targets.weights(column) = t < context_ && begin > 0 ? 0.0F : 1.0F;
      }
    }
    return batch;
  }

 private:
  std::span<const WindowExample> examples_;
  Index context_, span_;
  const TcnOptions& options_;
  const Scales& scales_;
  RandomStream random_;
  std::vector<double> places_;
};

/// From scaled inputs and outputs to those of the examples.
void take_in_scales(SequenceModel<float>& model, const Scales& scales) {
  Matrix<float>& first = model.layers().parameters().front().value;
  const Index inputs = scales.x.size();
  for (Index column = 0; column < first.cols(); ++column) {
    first.col(column) /= static_cast<float>(scales.x(column % inputs));
  }
  Parameters<float>& decoder = model.decoder().parameters();
  const Vector<float> y = scales.y.cast<float>();
  Matrix<float>& weight = *find_parameter(decoder, "weight");
  Matrix<float>& bias = *find_parameter(decoder, "bias");
  weight = y.asDiagonal() * weight;
  bias = bias.cwiseProduct(Matrix<float>(y)) + scales.mean.cast<float>();
}

}  // namespace

std::shared_ptr<const SequenceModel<float>> train_tcn(std::span<const WindowExample> examples, Index order,
                                                      const TcnOptions& options, const ExecutionContext& execution) {
  if (order < 2 || (order & (order - 1)) != 0) {
    throw UsageError(expected_but_found("a power of two of at least 2 inputs for a network of convolutions", order));
  }
  if (examples.empty()) throw UsageError("a network of convolutions needs sequences to be fitted to");
  const Scales scales = scales_of(examples);
  auto model = std::make_shared<SequenceModel<float>>(tcn_spec(scales.x.size(), scales.y.size(), order, options.units));
  initialise(*model, {.seed = options.seed});
  Pieces pieces(examples, order - 1, options, scales);
  const auto optimiser = make_optimiser({.name = "adam"});
  Gradients<float> gradients = model->make_gradients();
  Workspace<float> work;
  for (Index step = 0; step < options.steps; ++step) {
    execution.poll();
    const Batch<float> batch = pieces.draw();
    gradients.clear();
    model->differentiate(batch, model->zero_state(options.batch), {}, work, gradients);
    const double done = static_cast<double>(step) / static_cast<double>(options.steps);
    const double rate = 0.5 * options.learning_rate * (1.0 + std::cos(std::numbers::pi * done));
    optimiser->step(*model, gradients, {.learning_rate = rate, .clip = 1.0});
  }
  take_in_scales(*model, scales);
  return model;
}

Matrix<double> predict_network(const SequenceModel<float>& network, const Matrix<double>& x) {
  const Matrix<float> h = network.outputs(Packing::single(x.cols()), x.cast<float>(), network.zero_state(1));
  return network.decoder().predict(h).cast<double>();
}

}  // namespace unrecur
