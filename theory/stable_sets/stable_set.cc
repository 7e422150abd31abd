#include "theory/stable_sets/stable_set.h"

#include <algorithm>

#include "base/errors.h"
#include "base/named.h"

namespace unrecur {

bool StableSetType::fits(std::string_view kind) const {
  return cells.empty() || std::find(cells.begin(), cells.end(), kind) != cells.end();
}

std::vector<const StableSetType*> stable_sets_for(std::string_view kind) {
  std::vector<const StableSetType*> found;
  for (const StableSetType* type : registry::sets::all()) {
    if (!type->cells.empty() && type->fits(kind)) found.push_back(type);
  }
  return found;
}

std::vector<std::string_view> kinds_with_stable_sets() {
  std::vector<std::string_view> kinds;
  for (const StableSetType* type : registry::sets::all()) {
    for (const std::string_view kind : type->cells) {
      if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) kinds.push_back(kind);
    }
  }
  return kinds;
}

Matrix<float>& recurrent_of(SequenceModel<float>& model, std::string_view set) {
  const StableSetType& type = stable_set_type(set);
  const std::string kind = model.cell().kind();
  if (!type.fits(kind)) {
    throw UsageError("the stable set '" + std::string(set) + "' is for cells of the kinds " + join_names(type.cells) +
                     ", not for " + kind);
  }
  return *find_parameter(model.cell().parameters(), "weight_hh_l0");
}

const StableSetType& stable_set_type(std::string_view name) {
  return find_named(registry::sets::all(), &StableSetType::name, name, "stable set");
}

int version_of_stable_set(std::string_view name) {
  for (const StableSetType* type : registry::sets::all()) {
    if (type->name == name) return type->version;
  }
  return 1;
}

bool is_by_construction(std::string_view name) {
  return std::ranges::any_of(registry::sets::all(),
                             [&](const StableSetType* type) { return type->name == name && type->by_construction; });
}

std::unique_ptr<StableSet> make_stable_set(std::string_view name, const StableSetOptions& options) {
  return stable_set_type(name).make(options);
}

}  // namespace unrecur
