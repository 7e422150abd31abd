#include "apps/answer/observed_choice.h"

#include "base/errors.h"
#include "base/named.h"
#include "models/formats/head_tensor.h"

namespace unrecur {

ObservedChoice observed_choice(const std::optional<std::string>& of, const std::optional<std::string>& head) {
  const std::string word = of.value_or(head ? "head" : "states");
  if (word != "states" && word != "outputs" && word != "head") {
    throw UsageError("expected states, outputs or head to ask of, found '" + word + "'");
  }
  if (head && word != "head") throw UsageError("a head is named, but the error asked for is one of the " + word);
  return {.outputs = word != "states", .head = word == "head" ? std::optional(head.value_or("")) : std::nullopt};
}

std::string name_of(const ObservedChoice& choice) {
  return choice.head ? "head" : choice.outputs ? "outputs" : "states";
}

std::string words_for(const ObservedChoice& choice) {
  if (!choice.head) return choice.outputs ? "in the outputs" : "";
  return choice.head->empty() ? "in the outputs of the head" : "in the outputs of the head " + *choice.head;
}

verify::Observed observed_in(const ObservedChoice& choice, const RecurrentModel& model, const Cell<double>& cell) {
  verify::Observed observed{.outputs = choice.outputs};
  if (choice.head) observed.head = head_weight(model, *choice.head, cell.shape().output);
  return observed;
}

}  // namespace unrecur
