#include "experiments/training/stable_set.h"

#include "models/errors.h"

namespace unrecur {

std::unique_ptr<StableSet> make_stable_set(std::string_view name, const StableSetOptions& options) {
  std::string known;
  for (const StableSetType* type : registry::sets::all()) {
    if (type->name == name) return type->make(options);
    known += (known.empty() ? "" : ", ") + std::string(type->name);
  }
  throw UsageError("unknown stable set '" + std::string(name) + "': known are " + known);
}

}  // namespace unrecur
