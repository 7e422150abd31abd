#include "experiments/tasks/make_task.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "base/errors.h"
#include "base/named.h"
#include "experiments/data/catalogue.h"
#include "experiments/data/source.h"

namespace unrecur {
namespace {

struct Synthetic {
  std::string_view name;
  Task (*make)(const TaskOptions&);
};

constexpr std::array<Synthetic, 5> synthetic{{
    {"teacher", [](const TaskOptions& o) { return make_teacher_task(o.teacher, o.seed); }},
    {"chorale",
     [](const TaskOptions& o) { return make_piano_task("chorale", make_chorales(o.chorale, o.seed), "built in"); }},
    {"grammar", [](const TaskOptions& o) { return make_grammar_task(o.grammar, o.seed); }},
    {"copy", [](const TaskOptions& o) { return make_copy_memory_task(o.copy, o.seed); }},
    {"adding", [](const TaskOptions& o) { return make_adding_task(o.adding, o.seed); }},
}};

const Synthetic* find_synthetic(std::string_view name) {
  const auto found =
      std::find_if(synthetic.begin(), synthetic.end(), [&](const Synthetic& s) { return s.name == name; });
  return found == synthetic.end() ? nullptr : &*found;
}

/// The number behind the prefix; 0 where there is none.
Index number_behind(std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix)) return 0;
  Index number = 0;
  const char* end = name.data() + name.size();
  const auto [rest, error] = std::from_chars(name.data() + prefix.size(), end, number);
  return error == std::errc() && rest == end && number > 0 ? number : 0;
}

SplitSizes sizes_for(Index sequences, SplitSizes otherwise) {
  if (sequences == 0) return otherwise;
  const Index tenth = std::max<Index>(1, sequences / 10);
  return {sequences, tenth, tenth};
}

/// copy-T and adding-T; nothing for other names.
std::optional<Task> numbered_task(std::string_view name, const TaskOptions& options) {
  std::optional<Task> task;
  if (const Index delay = number_behind(name, "copy-")) {
    CopyMemoryOptions copy = options.copy;
    copy.delay = delay;
    copy.sizes = sizes_for(options.sequences, copy.sizes);
    task = make_copy_memory_task(copy, options.seed);
  } else if (const Index steps = number_behind(name, "adding-")) {
    AddingOptions adding = options.adding;
    adding.steps = steps;
    adding.sizes = sizes_for(options.sequences, adding.sizes);
    task = make_adding_task(adding, options.seed);
  }
  if (task) task->name = name;
  return task;
}

/// Our name of the music set that `name` or an alias stands for. Throws UsageError where it is none.
std::string music_name(std::string_view name) {
  const std::vector<std::string> music = music_names();
  const DataSet* set = search_set(name);
  if (set != nullptr && std::find(music.begin(), music.end(), set->name) != music.end()) return std::string(set->name);
  throw UsageError("there is no task '" + std::string(name) + "'; known are " + join_names(task_names()) +
                   ", and copy-T and adding-T for any T");
}

std::vector<Sequence> next_frames(const std::vector<Piece>& pieces) {
  std::vector<Sequence> sequences;
  for (const Piece& piece : pieces) {
    const auto steps = static_cast<Index>(piece.size());
    if (steps < 2) continue;
    Sequence sequence;
    sequence.frames = piano_roll<float>(piece, 0, steps - 1);
    sequence.targets = piano_roll<float>(piece, 1, steps);
    sequences.push_back(std::move(sequence));
  }
  return sequences;
}

}  // namespace

Task make_piano_task(std::string name, const PieceSet& pieces, std::string source) {
  Task task;
  task.name = std::move(name);
  task.input_size = piano_keys;
  task.target_size = piano_keys;
  task.train = next_frames(pieces.train);
  task.valid = next_frames(pieces.valid);
  task.test = next_frames(pieces.test);
  task.source = std::move(source);
  require_consistent(task);
  return task;
}

Task make_task(std::string_view name, const TaskOptions& options, const DataSource& data) {
  if (const Synthetic* found = find_synthetic(name)) return found->make(options);
  if (auto task = numbered_task(name, options)) return std::move(*task);
  const std::string set = music_name(name);
  return make_piano_task(set, read_music(set, data, options.music), data.find(music_file(set)).string());
}

std::vector<std::string> task_names() {
  std::vector<std::string> names;
  for (const Synthetic& s : synthetic) names.emplace_back(s.name);
  for (std::string& name : music_names()) names.push_back(std::move(name));
  return names;
}

std::string file_of_task(std::string_view name) {
  const bool synthetic_one =
      find_synthetic(name) != nullptr || number_behind(name, "copy-") > 0 || number_behind(name, "adding-") > 0;
  return synthetic_one ? "" : music_file(music_name(name));
}

}  // namespace unrecur
