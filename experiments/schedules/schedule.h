#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/arrays/matrix.h"

namespace unrecur {

class Config;  // experiments/plan/config.h

/// The learning rate of every epoch, as a policy beside the optimiser (how weights follow their gradients) and the
/// stable set (which weights are allowed).
class Schedule {
 public:
  virtual ~Schedule() = default;

  /// η of the steps of the epoch under way.
  virtual double learning_rate() const = 0;

  /// Takes the validation score of an epoch that is over: lower is better, NaN is never a new best.
  virtual void observe(double score) = 0;

  /// Whether training ends here, before its last epoch.
  virtual bool ended() const { return false; }

  /// What is carried from epoch to epoch; restored from a checkpoint, so that a resumed run ends with the same bits.
  /// restore throws UsageError for a state of another schedule.
  virtual std::vector<double> save() const = 0;
  virtual void restore(std::span<const double> state) = 0;

 protected:
  /// Throws UsageError where a state does not have so many numbers.
  static void require_numbers(std::span<const double> state, std::size_t count);
};

/// What every schedule is given.
struct ScheduleRange {
  double learning_rate = 0.1;  ///< the largest, as configured
  Index epochs = 1;            ///< of the whole training
};

/// Makes a schedule at its beginning.
using ScheduleMaker = std::function<std::unique_ptr<Schedule>(const ScheduleRange&)>;

/// How a configuration says a schedule. Each file of experiments/schedules/policies/ defines one; the build makes the
/// table of all of them.
struct ScheduleType {
  std::string_view name;
  /// Reads the keys of this schedule alone; throws FileError for values that make no sense in this range.
  ScheduleMaker (*read)(const Config& config, const ScheduleRange& range);
};

namespace registry::policies {
std::span<const ScheduleType* const> all();
}

std::vector<std::string> schedule_names();
/// Throws UsageError that lists the names.
const ScheduleType& schedule_type(std::string_view name);

}  // namespace unrecur
