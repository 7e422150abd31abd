#include "theory/estimates/windows.h"

#include <algorithm>
#include <string>

#include "base/errors.h"

namespace unrecur {
namespace {

/// Places where a window can start in a sequence: settle, settle + 1, …
Index places_in(const Matrix<double>& sequence, const WindowOptions& options) {
  return std::max<Index>(0, sequence.cols() - options.length - options.settle + 1);
}

void require_windows(const DrivenSystem& system, std::span<const Matrix<double>> sequences,
                     const WindowOptions& options) {
  if (options.length < 1 || options.count < 1 || options.settle < 0) {
    throw UsageError("windows need a length and a count of at least 1, and settle at least 0");
  }
  for (const Matrix<double>& sequence : sequences) {
    if (sequence.rows() != system.input_size()) {
      throw UsageError("the inputs have " + std::to_string(sequence.rows()) + " rows, the system reads " +
                       std::to_string(system.input_size()));
    }
  }
}

}  // namespace

Vector<double> run_from(const DrivenSystem& system, Vector<double> state, const ConstMatrixRef<double>& x) {
  Matrix<double> now = state, next(state.rows(), 1);
  for (Index begin = 0; begin < x.cols(); begin += kDriveSteps) {
    const Index steps = std::min(kDriveSteps, x.cols() - begin);
    const auto map = system.fix_inputs(x.middleCols(begin, steps));
    for (Index t = 0; t < steps; ++t) {
      map->apply(now, t, next);
      now.swap(next);
    }
  }
  return now.col(0);
}

std::vector<InputWindow> sample_windows(const DrivenSystem& system, std::span<const Matrix<double>> sequences,
                                        const WindowOptions& options) {
  require_windows(system, sequences, options);
  Index places = 0;
  for (const Matrix<double>& sequence : sequences) places += places_in(sequence, options);
  const Index count = std::min(options.count, places);
  std::vector<InputWindow> windows;
  Index before = 0;  // places in the sequences passed
  for (const Matrix<double>& sequence : sequences) {
    const Index here = places_in(sequence, options);
    Vector<double> state = Vector<double>::Zero(system.state_size());
    Index at = 0;
    while (static_cast<Index>(windows.size()) < count) {
      const Index place = static_cast<Index>(windows.size()) * places / count - before;
      if (place >= here) break;
      const Index start = options.settle + place;
      state = run_from(system, std::move(state), sequence.middleCols(at, start - at));
      at = start;
      windows.push_back({state, sequence.middleCols(start, options.length)});
    }
    before += here;
  }
  return windows;
}

}  // namespace unrecur
