#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "experiments/twins/fit.h"
#include "models/formats/shared/model_reader.h"

namespace unrecur {

/// What is told of twins that were fitted.
struct FitAnswer {
  const RecurrentModel& model;
  const TwinTeacher& teacher;
  const FitOptions& options;
  const TwinFit& fit;
  std::vector<std::filesystem::path> written{};  ///< the files of a twin
};

/// The answer as JSON, schema unrecur.fit/1, indented.
std::string fit_json(const FitAnswer& answer);
/// The answer as the table and the sentences of a terminal.
std::string fit_text(const FitAnswer& answer);

/// The twin that a user means who names none: the cheapest with the error that was asked for, else the one with the
/// least error. Throws UsageError where none was fitted.
const FittedTwin& twin_to_write(const TwinFit& fit);

}  // namespace unrecur
