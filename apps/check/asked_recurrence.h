#pragma once

#include <filesystem>

#include "apps/answer/sequences/truncate_model.h"
#include "apps/cli/command_line.h"
#include "models/formats/shared/model_reader.h"

namespace unrecur {

/// Declares --inputs, --embedding and the options of layers.
void add_recurrence_options(CommandLine& line);

/// --inputs; throws UsageError where it is missing.
std::filesystem::path required_inputs(const CommandLine& line, const std::string& verb);

/// The recurrence that the options mean: of a file of others the layers as joint_cell() has them, along the array of
/// --inputs or the rows of --embedding that it names; of a model of our own its cell, along what its encoder makes of
/// the array. Throws UsageError where there is no such recurrence or its map is not known, FileError where the array
/// does not fit.
DrivenLayers asked_recurrence(const RecurrentModel& model, const CommandLine& line,
                              const std::filesystem::path& inputs);

}  // namespace unrecur
