#include "experiments/tasks/copy_memory.h"

namespace unrecur {
namespace {

Sequence make_sequence(const CopyMemoryOptions& options, RandomStream& random) {
  const int blank = static_cast<int>(options.letters);
  const auto length = static_cast<std::size_t>(options.length);
  const auto delay = static_cast<std::size_t>(options.delay);
  Sequence sequence;
  sequence.symbols.assign(delay + 2 * length, blank);
  sequence.target_symbols = sequence.symbols;
  sequence.symbols[length + delay - 1] = blank + 1;
  for (std::size_t i = 0; i < length; ++i) {
    const int letter = static_cast<int>(random.below(static_cast<std::uint64_t>(options.letters)));
    sequence.symbols[i] = letter;
    sequence.target_symbols[length + delay + i] = letter;
  }
  return sequence;
}

}  // namespace

Task make_copy_memory_task(const CopyMemoryOptions& options, std::uint64_t seed) {
  require_option(options.letters >= 1 && options.length >= 1 && options.delay >= 1, "copy",
                 "letters, length and delay must be at least 1");
  require_option(options.letters < 1'000'000 && options.length < 1'000'000 && options.delay < 1'000'000, "copy",
                 "letters, length and delay must be below 1000000");
  Task task;
  task.name = "copy";
  task.input = InputKind::symbols;
  task.input_size = options.letters + 2;
  task.target = TargetKind::softmax;
  task.target_size = options.letters + 2;
  task.reference_loss = 0.0;
  task.source = "built in";
  fill_splits(task, options.sizes, seed, [&](RandomStream& random) { return make_sequence(options, random); });
  return task;
}

}  // namespace unrecur
