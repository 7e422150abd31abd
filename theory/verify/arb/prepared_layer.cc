#include "theory/verify/arb/prepared_layer.h"

#include <algorithm>

#include "theory/verify/arb/kind_proof.h"

namespace unrecur::verify {

bool says_only(const Layer& layer, std::initializer_list<std::string_view> known,
               std::initializer_list<std::string_view> functions) {
  return std::ranges::all_of(layer.attributes, [&](const auto& attribute) {
    std::string_view name = attribute.first;
    if (std::ranges::find(known, name) != known.end()) return true;
    for (const std::string_view end : {std::string_view("_slope"), std::string_view("_at_zero")}) {
      if (name.ends_with(end)) name.remove_suffix(end.size());
    }
    return std::ranges::find(functions, name) != functions.end();
  });
}

std::unique_ptr<PreparedLayer> prepare(const Layer& layer, std::string& reason) {
  const KindProof* kind = find_kind_proof(layer.kind);
  std::unique_ptr<PreparedLayer> prepared;
  if (kind != nullptr && kind->prepare != nullptr) prepared = kind->prepare(layer, Inlet::exact);
  if (!prepared) reason = "no proof here for this cell of kind " + layer.kind;
  return prepared;
}

}  // namespace unrecur::verify
