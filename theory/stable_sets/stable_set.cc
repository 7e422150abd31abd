#include "theory/stable_sets/stable_set.h"

#include "base/named.h"

namespace unrecur {

const StableSetType& stable_set_type(std::string_view name) {
  return find_named(registry::sets::all(), &StableSetType::name, name, "stable set");
}

int version_of_stable_set(std::string_view name) {
  for (const StableSetType* type : registry::sets::all()) {
    if (type->name == name) return type->version;
  }
  return 1;
}

std::unique_ptr<StableSet> make_stable_set(std::string_view name, const StableSetOptions& options) {
  return stable_set_type(name).make(options);
}

}  // namespace unrecur
