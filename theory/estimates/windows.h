#pragma once

#include <span>
#include <vector>

#include "theory/estimates/driven_system.h"

namespace unrecur {

/// A piece of data as the system meets it: the state that the data before it led to, and the inputs from there on.
struct InputWindow {
  Vector<double> state;   ///< n
  Matrix<double> inputs;  ///< m × length
};

struct WindowOptions {
  Index length = 100;  ///< inputs of a window
  Index count = 32;    ///< windows, at most
  Index settle = 0;    ///< steps at the start of every sequence where no window starts: the zero state is no data
};

/// Windows spread evenly over the sequences (m × T each): of all places where a window of that length fits, `count` at
/// equal distances, each place once. The state of a window is what the system reaches from the zero state at the start
/// of its sequence. Empty where no sequence is long enough.
///
/// One pass over the sequences. Memory: the windows, and the drive of 256 steps. Throws UsageError for inputs of
/// another size than the system's, length < 1, count < 1 or settle < 0.
std::vector<InputWindow> sample_windows(const DrivenSystem& system, std::span<const Matrix<double>> sequences,
                                        const WindowOptions& options = {});

/// The state after all inputs of x, from `state`. Memory: the drive of 256 steps.
Vector<double> run_from(const DrivenSystem& system, Vector<double> state, const ConstMatrixRef<double>& x);

}  // namespace unrecur
