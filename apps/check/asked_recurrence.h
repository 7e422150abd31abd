#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "apps/cli/command_line.h"
#include "models/formats/shared/model_reader.h"
#include "models/layers/cell.h"
#include "theory/certificates/input_set.h"

namespace unrecur {

/// A model's layers as one recurrence, with sequences of its inputs.
struct AskedRecurrence {
  std::unique_ptr<Cell<double>> cell{};
  std::vector<Matrix<double>> sequences{};  ///< m × T each, in the order in which it reads
  InputSet inputs = InputSet::anything();   ///< that they belong to
  bool backward = false;                    ///< whether it reads from the end
  bool starts_elsewhere = false;            ///< the file has it start from other states than zero
};

/// Declares --inputs, --embedding and the options of layers.
void add_recurrence_options(CommandLine& line);

/// --inputs; throws UsageError where it is missing.
std::filesystem::path required_inputs(const CommandLine& line, const std::string& verb);

/// The recurrence that the options mean: of a file of others the layers as joint_cell() has them, along the array of
/// --inputs or the rows of --embedding that it names; of a model of our own its cell, along what its encoder makes of
/// the array. Throws UsageError where there is no such recurrence or its map is not known, FileError where the array
/// does not fit.
AskedRecurrence asked_recurrence(const RecurrentModel& model, const CommandLine& line,
                                 const std::filesystem::path& inputs);

}  // namespace unrecur
