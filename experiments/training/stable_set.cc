#include "experiments/training/stable_set.h"

#include "models/named.h"

namespace unrecur {

std::unique_ptr<StableSet> make_stable_set(std::string_view name, const StableSetOptions& options) {
  return find_named(registry::sets::all(), &StableSetType::name, name, "stable set").make(options);
}

}  // namespace unrecur
