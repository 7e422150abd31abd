#pragma once

#include <memory>
#include <span>
#include <string>

#include "apps/command_line.h"
#include "models/formats/layer_choice.h"
#include "theory/layer_check.h"

namespace unrecur {

/// Declares --layer, --kind, --convention and --alpha.
void add_layer_options(CommandLine& line);
/// What these options say.
LayerChoice choice_of(const CommandLine& line);
/// The same as a command line has it, " --kind linear"; "..." for values that a shell would have to have quoted.
std::string words_of(const LayerChoice& choice);

/// m; 0 where the file does not say how inputs enter.
Index input_size_of(const RecurrentLayer& layer);

/// Whether the layer is a map that theory can speak of: one of our cells, with nothing left open. Gates are known only
/// with their input weights; the slopes of elman and linear layers need none.
bool checkable(const RecurrentLayer& layer);

/// Whether the layer's input weights are the file's own, without which an orbit says nothing of it.
bool drive_known(const RecurrentLayer& layer);

/// A layer of a file, the cell that it describes, and what is known of that.
struct CheckedCell {
  std::unique_ptr<const Cell<double>> cell;  ///< null where the layer is not checkable
  LayerCheck check;
  InputSet inputs = InputSet::anything();  ///< for which its upper bounds hold
};

/// check_layer for a layer that is checkable; otherwise no rungs and the verdict undecided. Distances are not those of
/// the file's states where the cell is only conjugate to the file's map: then no context is stated.
CheckedCell check_cell(const RecurrentLayer& layer, const CheckOptions& options);

/// proved where every layer is, refuted where one is, undecided otherwise.
Verdict verdict_of(std::span<const CheckedCell> cells);

/// "gru (reset after), 16 units, 8 inputs, backward".
std::string text_of(const RecurrentLayer& layer);
/// What the description leaves open, or what has to be known of it; empty where there is nothing.
std::string remark_on(const RecurrentLayer& layer);

}  // namespace unrecur
