#include "models/decoders/loss.h"

#include <type_traits>

#include "base/named.h"

namespace unrecur {

template <class S>
std::unique_ptr<Loss<S>> make_loss(std::string_view name) {
  const LossType& type = find_named(registry::losses::all(), &LossType::name, name, "loss");
  if constexpr (std::is_same_v<S, float>) {
    return type.make_float();
  } else {
    return type.make_double();
  }
}

template std::unique_ptr<Loss<float>> make_loss(std::string_view);
template std::unique_ptr<Loss<double>> make_loss(std::string_view);

}  // namespace unrecur
