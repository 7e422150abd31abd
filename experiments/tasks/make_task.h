#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "experiments/data/music.h"
#include "experiments/tasks/adding.h"
#include "experiments/tasks/chorale.h"
#include "experiments/tasks/copy_memory.h"
#include "experiments/tasks/grammar.h"
#include "experiments/tasks/task.h"
#include "experiments/tasks/teacher.h"

namespace unrecur {

class DataSource;

/// What a task may be asked for; a task reads its own part.
struct TaskOptions {
  std::uint64_t seed = 1;  ///< of the synthetic tasks; not of the weights and batches of a run
  Index sequences = 0;     ///< copy-T, adding-T: in the training part, a tenth of it in each of the others; 0: as many
                           ///< as copy and adding have
  TeacherOptions teacher = {};
  ChoraleOptions chorale = {};
  GrammarOptions grammar = {};
  CopyMemoryOptions copy = {};
  AddingOptions adding = {};
  MusicOptions music = {};
};

/// A task by its name: teacher, chorale, grammar, copy, adding, which need no files, or one of the music sets jsb,
/// nottingham, piano-midi, musedata (or an alias of the catalogue). copy-T is copy with a delay of T steps, adding-T
/// adding of T steps, as copy-500 and adding-200. Throws UsageError that lists the names, or for options out of range;
/// FileError as read_music does.
Task make_task(std::string_view name, const TaskOptions& options, const DataSource& data);

/// The names in that order.
std::vector<std::string> task_names();

/// The file of a public set that the task reads, below the folder of data sets; empty where it needs none.
std::string file_of_task(std::string_view name);

/// The next frame from the frames before it: input 0 … T − 2 of each piece, target 1 … T − 1, 88 Bernoulli keys. Pieces
/// of one step have nothing to predict and are left out.
Task make_piano_task(std::string name, const PieceSet& pieces, std::string source);

}  // namespace unrecur
