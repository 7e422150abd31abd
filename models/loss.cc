#include "models/loss.h"

#include <type_traits>

#include "models/errors.h"

namespace unrecur {

template <class S>
std::unique_ptr<Loss<S>> make_loss(std::string_view name) {
  std::string known;
  for (const LossType* type : registry::losses::all()) {
    if (type->name == name) {
      if constexpr (std::is_same_v<S, float>) {
        return type->make_float();
      } else {
        return type->make_double();
      }
    }
    known += (known.empty() ? "" : ", ") + std::string(type->name);
  }
  throw UsageError("unknown loss '" + std::string(name) + "': known are " + known);
}

template std::unique_ptr<Loss<float>> make_loss(std::string_view);
template std::unique_ptr<Loss<double>> make_loss(std::string_view);

}  // namespace unrecur
