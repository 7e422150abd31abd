#include "experiments/tasks/adding.h"

namespace unrecur {
namespace {

Sequence make_sequence(Index steps, RandomStream& random) {
  Sequence sequence;
  sequence.frames = Matrix<float>::Zero(2, steps);
  for (Index t = 0; t < steps; ++t) sequence.frames(0, t) = random.uniform_float();
  const Index half = steps / 2;
  const auto first = static_cast<Index>(random.below(static_cast<std::uint64_t>(half)));
  const Index second = half + static_cast<Index>(random.below(static_cast<std::uint64_t>(steps - half)));
  sequence.frames(1, first) = 1.0F;
  sequence.frames(1, second) = 1.0F;
  sequence.targets = Matrix<float>::Zero(1, steps);
  sequence.targets(0, steps - 1) = sequence.frames(0, first) + sequence.frames(0, second);
  sequence.weights.assign(static_cast<std::size_t>(steps), 0.0F);
  sequence.weights.back() = 1.0F;
  return sequence;
}

}  // namespace

Task make_adding_task(const AddingOptions& options, std::uint64_t seed) {
  require_option(options.steps >= 2 && options.steps < 1'000'000, "adding", "steps must be from 2 to 999999");
  Task task;
  task.name = "adding";
  task.input_size = 2;
  task.target = TargetKind::squared;
  task.target_size = 1;
  task.reference_loss = 0.0;
  task.source = "built in";
  fill_splits(task, options.sizes, seed, [&](RandomStream& random) { return make_sequence(options.steps, random); });
  return task;
}

}  // namespace unrecur
