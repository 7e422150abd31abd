#include "experiments/rivals/timing.h"

#include <algorithm>
#include <functional>

#include "base/errors.h"
#include "base/stopwatch.h"
#include "experiments/support/random.h"
#include "models/blocks/stream.h"

namespace unrecur {
namespace {

double median_seconds(Index repeats, const std::function<void()>& run) {
  run();
  std::vector<double> seconds;
  for (Index i = 0; i < repeats; ++i) {
    const Stopwatch watch;
    run();
    seconds.push_back(watch.seconds());
  }
  const auto middle = seconds.begin() + std::ssize(seconds) / 2;
  std::nth_element(seconds.begin(), middle, seconds.end());
  return *middle;
}

Matrix<float> random_frames(Index rows, Index columns) {
  RandomStream random(1, "timed inputs", 0);
  Matrix<float> frames(rows, columns);
  for (Index i = 0; i < frames.size(); ++i) frames.data()[i] = random.uniform_float();
  return frames;
}

void require_timed(const SequenceModel<float>& model, Index steps, const TimingOptions& options) {
  if (steps < 1 || options.batch < 1 || options.repeats < 1) {
    throw UsageError("timing needs steps, sequences and repetitions of at least 1");
  }
  if (model.spec().symbols > 0) throw UsageError("timing needs a model that reads frames");
}

}  // namespace

double training_seconds_per_step(const SequenceModel<float>& model, Index length, const TimingOptions& options) {
  require_timed(model, length, options);
  Batch<float> batch;
  batch.packing = Packing::uniform(length, options.batch);
  batch.frames = random_frames(model.spec().frame, batch.packing.columns());
  batch.targets.frames = random_frames(model.spec().outputs, batch.packing.columns());
  Workspace<float> work;
  Gradients<float> gradients = model.make_gradients();
  const Matrix<float> zero = model.zero_state(options.batch);
  const double seconds = median_seconds(options.repeats, [&] {
    gradients.clear();
    model.differentiate(batch, zero, {}, work, gradients);
  });
  return seconds / static_cast<double>(batch.packing.columns());
}

InferenceSeconds inference_seconds_per_step(const SequenceModel<float>& model, Index field,
                                            const TimingOptions& options) {
  require_timed(model, field, options);
  constexpr Index kSteps = 64;  // so that one repetition is longer than the clock's grain
  const Matrix<float> x = random_frames(model.spec().frame, std::max(field, kSteps));
  const auto stream = make_stream<float>(model.layers(), 1);
  Matrix<float> h;
  for (Index t = 0; t < field; ++t) stream->step(x.col(t), h);
  InferenceSeconds found;
  found.cached = median_seconds(options.repeats, [&] {
    for (Index t = 0; t < kSteps; ++t) {
      stream->step(x.col(t), h);
      model.decoder().predict(h);
    }
  });
  found.cached /= static_cast<double>(kSteps);
  const Matrix<float> zero = model.zero_state(1);
  found.naive = median_seconds(options.repeats, [&] {
    model.decoder().predict(model.outputs(Packing::single(field), x.leftCols(field), zero).rightCols(1));
  });
  return found;
}

}  // namespace unrecur
