#include "experiments/schedules/schedule.h"

#include "base/errors.h"
#include "base/named.h"

namespace unrecur {

void Schedule::require_numbers(std::span<const double> state, std::size_t count) {
  if (state.size() == count) return;
  throw UsageError("expected a state of " + std::to_string(count) + " numbers of a learning rate's schedule, found " +
                   std::to_string(state.size()) + ": it is that of another schedule");
}

std::vector<std::string> schedule_names() {
  std::vector<std::string> names;
  for (const ScheduleType* type : registry::policies::all()) names.emplace_back(type->name);
  return names;
}

const ScheduleType& schedule_type(std::string_view name) {
  return find_named(registry::policies::all(), &ScheduleType::name, name, "schedule");
}

}  // namespace unrecur
