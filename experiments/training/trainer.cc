#include "experiments/training/trainer.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include "base/denormals.h"
#include "base/errors.h"
#include "base/stopwatch.h"
#include "experiments/support/progress.h"
#include "models/truncation/windows.h"

namespace unrecur {
namespace {

/// One training run: its state, and the loop that carries it from step to step.
class Run {
 public:
  Run(SequenceModel<float> model, const BatchSource& source, StableSet& set,
      const std::function<double(const SequenceModel<float>&)>& validate, const TrainingOptions& options,
      ProgressReport& progress)
      : model_(std::move(model)),
        source_(source),
        set_(set),
        validate_(validate),
        options_(options),
        progress_(progress),
        optimiser_(make_optimiser(options.optimiser)),
        schedule_(options.schedule({options.learning_rate, options.epochs})),
        gradients_(model_.make_gradients()) {
    if (options.order > 0 && source.carries_state())
      throw UsageError("a truncated model starts every window at the zero state: states are not carried on");
    if (!resume()) set_.project(model_);
  }

  TrainingOutcome to_the_end() {
    const Index steps = source_.steps_per_epoch();
    while (state_.epoch < options_.epochs && !schedule_->ended()) {
      while (state_.step < steps) {
        one_step();
        report(steps);
        save_when_due();
      }
      end_epoch();
      save_when_due();
    }
    if (!options_.checkpoint.empty()) save();
    if (!state_.best.empty()) set_all_weights(model_, state_.best);
    return {std::move(model_), std::move(state_.history), state_.best_epoch, state_.best_valid, throughput(), training_,
            projecting_};
  }

 private:
  bool resume() {
    if (options_.checkpoint.empty()) return false;
    auto stored = load_checkpoint(options_.checkpoint, options_.run);
    if (!stored) return false;
    state_ = std::move(*stored);
    set_all_weights(model_, state_.weights);
    set_.restore(state_.set_state);
    optimiser_->restore(state_.optimiser);
    schedule_->restore(state_.schedule);
    return true;
  }

  double throughput() const { return columns_ > 0.0 ? columns_ / training_ : 0.0; }

  void one_step() {
    const Stopwatch watch;
    const Batch<float> batch = source_.batch(state_.epoch, state_.step);
    const bool carried = source_.carries_state() && state_.step > 0;
    const Matrix<float> initial = carried ? state_.carried : model_.zero_state(batch.packing.batch());
    const LossSum loss = differentiate(batch, initial);
    if (!std::isfinite(loss.sum)) {
      throw UsageError("training diverged in epoch " + std::to_string(state_.epoch + 1) + ", step " +
                       std::to_string(state_.step + 1) + ": the loss is no longer finite; lower the learning rate");
    }
    if (source_.carries_state()) state_.carried = work_.final_state;
    move_weights();
    const Stopwatch projection;
    set_.project(model_);
    projecting_ += projection.seconds();
    state_.epoch_loss += loss;
    ++state_.step;
    if (averages() && state_.step % kAverageEvery == 0) state_.average.add(model_);
    columns_ += static_cast<double>(batch.packing.columns());
    training_ += watch.seconds();
  }

  LossSum differentiate(const Batch<float>& batch, const Matrix<float>& initial) {
    const FlushDenormals fast;
    gradients_.clear();
    if (options_.order > 0) {
      return differentiate_truncated(model_, batch, options_.order, masks(batch), work_, gradients_);
    }
    return model_.differentiate(batch, initial, masks(batch), work_, gradients_);
  }

  void move_weights() {
    const FlushDenormals fast;
    optimiser_->step(model_, gradients_, {schedule_->learning_rate(), options_.clip, options_.factors});
  }

  double validate(const SequenceModel<float>& model) const {
    const FlushDenormals fast;
    return validate_(model);
  }

  Masks<float> masks(const Batch<float>& batch) const {
    const auto place = static_cast<std::uint64_t>(state_.epoch * source_.steps_per_epoch() + state_.step);
    return draw_masks(model_, batch, options_.dropout, options_.seed, place);
  }

  /// Whether the weights of the epoch under way are averaged.
  bool averages() const { return options_.average_from > 0 && state_.epoch + 1 >= options_.average_from; }

  /// The model with the mean of the weights, in the set. What the set carries from step to step stays the trained
  /// weights'.
  SequenceModel<float> averaged() {
    SequenceModel<float> mean = model_;
    set_all_weights(mean, state_.average.mean());
    const Parameters<float> carried = set_.save();
    set_.project(mean);
    set_.restore(carried);
    return mean;
  }

  void end_epoch() {
    const double trained = validate(model_);
    if (!averages()) {
      keep(model_, trained);
    } else {
      state_.average.add(model_);
      const SequenceModel<float> mean = averaged();
      keep(mean, validate(mean));
    }
    schedule_->observe(trained);
    ++state_.epoch;
    state_.step = 0;
    state_.epoch_loss = {};
  }

  /// Takes a model with its score as what the epoch under way has come to.
  void keep(const SequenceModel<float>& model, double valid) {
    const Index epoch = state_.epoch + 1;
    const auto proved = set_.prove(model);
    state_.history.push_back({epoch, state_.epoch_loss.mean(), valid, schedule_->learning_rate(),
                              proved ? proved->value : std::numeric_limits<double>::quiet_NaN()});
    if (!(valid < state_.best_valid)) return;
    state_.best_valid = valid;
    state_.best_epoch = epoch;
    state_.best = all_weights(model);
  }

  void report(Index steps) {
    progress_.update(static_cast<double>(state_.epoch * steps + state_.step),
                     static_cast<double>(options_.epochs * steps), "steps",
                     "epoch " + std::to_string(state_.epoch + 1) + "/" + std::to_string(options_.epochs) + ", " +
                         std::to_string(std::llround(throughput())) + " symbols/s");
  }

  void save_when_due() {
    const bool stop = options_.execution.stop.stop_requested();
    // A large model takes seconds to store: no more than a fiftieth of the time.
    const bool due = since_saved_.seconds() >= options_.checkpoint_seconds &&
                     (options_.checkpoint_seconds == 0.0 || since_saved_.seconds() >= 50.0 * saving_);
    if (!options_.checkpoint.empty() && (stop || due)) save();
    if (stop)
      throw Interrupted("training stopped after epoch " + std::to_string(state_.epoch) + "; its state is saved");
  }

  void save() {
    const Stopwatch watch;
    state_.weights = all_weights(model_);
    state_.set_state = set_.save();
    state_.optimiser = optimiser_->save();
    state_.schedule = schedule_->save();
    save_checkpoint(options_.checkpoint, options_.run, state_);
    saving_ = watch.seconds();
    since_saved_ = {};
  }

  SequenceModel<float> model_;
  const BatchSource& source_;
  StableSet& set_;
  const std::function<double(const SequenceModel<float>&)>& validate_;
  const TrainingOptions& options_;
  ProgressReport& progress_;
  TrainingState state_;
  std::unique_ptr<Optimiser> optimiser_;
  std::unique_ptr<Schedule> schedule_;
  Gradients<float> gradients_;
  Workspace<float> work_;
  Stopwatch since_saved_;
  double saving_ = 0.0;                       ///< seconds: what the last checkpoint took
  double columns_ = 0.0;                      ///< trained on in this process
  double training_ = 0.0, projecting_ = 0.0;  ///< seconds
};

}  // namespace

TrainingOutcome train(SequenceModel<float> model, const BatchSource& source, StableSet& set,
                      const std::function<double(const SequenceModel<float>&)>& validate,
                      const TrainingOptions& options, ProgressReport& progress) {
  return Run(std::move(model), source, set, validate, options, progress).to_the_end();
}

}  // namespace unrecur
