#pragma once

#include <cstdint>

#include "experiments/tasks/splits.h"

namespace unrecur {

struct TeacherOptions {
  Index input = 8;     ///< m
  Index state = 32;    ///< n
  Index output = 8;    ///< p
  double rate = 0.9;   ///< ‖W‖₂ of the teacher, below 1
  double noise = 0.1;  ///< standard deviation of what is added to each target
  Index steps = 50;    ///< T
  SplitSizes sizes{200, 40, 40};
};

/// The teacher's weights, all in double.
struct Teacher {
  Matrix<double> w;  ///< n × n, ‖W‖₂ = rate to rounding
  Matrix<double> u;  ///< n × m, entries normal with variance 1/m
  Vector<double> b;  ///< n, entries normal with standard deviation 0.1
  Matrix<double> c;  ///< p × n, entries normal with variance 4/n
};

/// Throws UsageError for sizes below 1, a rate outside [0, 1) or a negative noise.
Teacher make_teacher(const TeacherOptions& options, std::uint64_t seed);

/// A stable Elman network teaches: h_t = tanh(W h_{t−1} + U x_t + b), y_t = C h_t + noise, from h_0 = 0. Inputs are
/// uniform on [−1, 1], independent, so ‖x‖_∞ ≤ 1 and ‖x‖₂ ≤ √m. The teacher forgets at its rate; whoever learns it can.
///
/// Squared error ½ ‖z − y‖². The reference loss is that of the teacher itself, ½ p noise².
Task make_teacher_task(const TeacherOptions& options, std::uint64_t seed);

}  // namespace unrecur
