#include "experiments/schedules/plateau.h"

#include "experiments/plan/config.h"

namespace unrecur::registry::policies {
namespace {

ScheduleMaker read(const Config& config, const ScheduleRange& /*range*/) {
  PlateauOptions options;
  options.factor = config.get_double("plateau_factor", 0.5, {.above = 0.0, .at_most = 1.0});
  options.patience = static_cast<int>(config.get_int("plateau_patience", 0, {.at_least = 0, .at_most = 1000}));
  // Read where it is given, so that configurations from before there was such a key stay what they were.
  if (config.has("plateau_threshold")) {
    options.threshold = config.get_double("plateau_threshold", {.at_least = 0.0, .below = 1.0});
  }
  options.smallest = config.get_double("smallest_rate", 0.0, {.at_least = 0.0});
  return plateau_schedule(options);
}

}  // namespace

extern const ScheduleType plateau;
const ScheduleType plateau{.name = "plateau", .read = &read};

}  // namespace unrecur::registry::policies
