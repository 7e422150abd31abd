#include "experiments/training/stable_set.h"

#include "models/named.h"

namespace unrecur {

int version_of_stable_set(std::string_view name) {
  for (const StableSetType* type : registry::sets::all()) {
    if (type->name == name) return type->version;
  }
  return 1;
}

std::unique_ptr<StableSet> make_stable_set(std::string_view name, const StableSetOptions& options) {
  return find_named(registry::sets::all(), &StableSetType::name, name, "stable set").make(options);
}

}  // namespace unrecur
