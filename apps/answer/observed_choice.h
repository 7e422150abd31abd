#pragma once

#include <optional>
#include <string>

#include "models/formats/shared/model_reader.h"
#include "models/layers/cell.h"
#include "theory/verify/observed.h"

namespace unrecur {

/// What the error of a context is one of, as the user says it.
struct ObservedChoice {
  bool outputs = false;  ///< of what a layer gives, or the last one of a path
  /// Of a dense layer on top: its weight in the file; empty: the one that the file tells of.
  std::optional<std::string> head{};

  bool states() const { return !outputs && !head; }
};

/// "states", "outputs" or "head" as a choice, with the name of a head's weight. Throws UsageError for other words, and
/// for a head that is named where something else is asked about.
ObservedChoice observed_choice(const std::optional<std::string>& of, const std::optional<std::string>& head);

/// The word for it, and how it is called in a sentence: "", "in the outputs", "in the outputs of head fc.weight".
std::string name_of(const ObservedChoice& choice);
std::string words_for(const ObservedChoice& choice);

/// That of the layer on which a head stands, if one does: the layer that is asked alone, or a path of layers as a
/// whole. Throws UsageError where the head does not fit.
verify::Observed observed_in(const ObservedChoice& choice, const RecurrentModel& model, const Cell<double>& cell);

}  // namespace unrecur
