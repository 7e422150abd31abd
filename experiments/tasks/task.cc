#include "experiments/tasks/task.h"

#include <algorithm>
#include <numeric>
#include <span>

#include "base/errors.h"

namespace unrecur {
namespace {

bool within(std::span<const int> symbols, Index size) {
  return std::all_of(symbols.begin(), symbols.end(), [&](int s) { return s >= 0 && s < size; });
}

/// What is wrong with the sequence; null where nothing is.
const char* fault_of(const Sequence& s, const Task& task) {
  const Index steps = s.steps();
  if (steps < 1) return "has no steps";
  if (task.input == InputKind::dense) {
    if (!s.symbols.empty() || s.frames.rows() != task.input_size || s.frames.cols() != steps) {
      return "has input frames of another size or number";
    }
  } else {
    if (s.frames.size() != 0 || static_cast<Index>(s.symbols.size()) != steps * task.window) {
      return "has another number of input symbols";
    }
    if (!within(s.symbols, task.input_size)) return "has an input symbol outside the vocabulary";
  }
  if (task.target == TargetKind::softmax) {
    if (s.targets.size() != 0) return "has target frames where symbols are due";
    if (!within(s.target_symbols, task.target_size)) return "has a target symbol outside the vocabulary";
  } else if (!s.target_symbols.empty() || s.targets.rows() != task.target_size) {
    return "has target frames of another size";
  }
  const bool weights = s.weights.empty() || static_cast<Index>(s.weights.size()) == steps;
  return weights ? nullptr : "has another number of weights than of steps";
}

void require_consistent(const std::vector<Sequence>& split, const char* name, const Task& task) {
  if (split.empty()) throw UsageError("task " + task.name + ": the " + name + " split is empty");
  for (std::size_t i = 0; i < split.size(); ++i) {
    if (const char* fault = fault_of(split[i], task)) {
      throw UsageError("task " + task.name + ": " + name + " sequence " + std::to_string(i) + " " + fault);
    }
  }
}

}  // namespace

std::string name_of(TargetKind kind) {
  switch (kind) {
    case TargetKind::bernoulli:
      return "bernoulli";
    case TargetKind::softmax:
      return "softmax";
    case TargetKind::squared:
      return "squared";
  }
  return "";
}

double Sequence::weight() const {
  return weights.empty() ? static_cast<double>(steps()) : std::accumulate(weights.begin(), weights.end(), 0.0);
}

void require_consistent(const Task& task) {
  require_consistent(task.train, "train", task);
  require_consistent(task.valid, "valid", task);
  require_consistent(task.test, "test", task);
}

}  // namespace unrecur
