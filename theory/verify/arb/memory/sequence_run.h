#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "theory/verify/arb/prepared_layer.h"

namespace unrecur::verify {

/// Why a proof that was asked to end early is none.
inline constexpr const char* kNoTime = "there was no time to end the proof";

/// The inputs of a run: those of `prefix`, then the columns of `suffix` again and again until `steps` more are made.
struct RunInputs {
  const Matrix<double>& prefix;
  const Matrix<double>& suffix;
  long long steps;
  double bits_per_step;  ///< that the enclosure of the state may lose: sets the precision, nothing else
};

struct Run {
  std::vector<Ball> state{};
  std::map<long long, std::vector<Ball>> marks{};  ///< the states after some of the common steps, and after all
  std::string reason{};                            ///< why there is no state; empty where there is one
};

/// The state that the inputs lead to from the zero state of that size. The precision falls from step to step, to 80
/// bits at the end. No state where the balls become too wide, or `stop` says that it is time.
Run run_from_zero(const PreparedLayer& layer, std::size_t size, const RunInputs& inputs,
                  const std::function<bool()>& stop);

/// Both side by side, on two threads.
std::pair<Run, Run> run_both(const PreparedLayer& layer, std::size_t size, const RunInputs& first,
                             const RunInputs& second, const std::function<bool()>& stop);

}  // namespace unrecur::verify
