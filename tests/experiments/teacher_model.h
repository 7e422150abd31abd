#pragma once

#include <string>

#include "experiments/tasks/teacher.h"
#include "experiments/training/initialise.h"
#include "models/sequence/sequence_model.h"

namespace unrecur::testing {

/// A small teacher task with so many sequences to train, validate and test on.
inline Task small_teacher(const SplitSizes& sizes) {
  return make_teacher_task({.input = 3, .state = 6, .output = 2, .steps = 12, .sizes = sizes}, 5);
}

/// A model for it, with its first weights.
inline SequenceModel<float> student(Index units, std::uint64_t seed, const std::string& cell = "elman") {
  ModelSpec spec;
  spec.frame = 3;
  spec.cell = cell;
  if (cell == "gru") spec.attributes = {{"reset", "after"}};
  spec.units = units;
  spec.outputs = 2;
  spec.loss = "squared";
  SequenceModel<float> model(spec);
  initialise(model, {.seed = seed});
  return model;
}

}  // namespace unrecur::testing
