#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "models/formats/shared/model_reader.h"
#include "theory/check/file_inputs.h"

namespace unrecur {

/// The layers that are asked about, among those whose outputs they may read. Of layers that are chosen by name the ones
/// that read no other of the chosen stand for themselves, whatever lies below them in the model.
class AskedLayers {
 public:
  AskedLayers(const RecurrentModel& model, std::vector<RecurrentLayer> asked, bool by_name);

  const std::vector<RecurrentLayer>& asked() const { return asked_; }
  const std::vector<RecurrentLayer>& all() const { return all_; }
  /// Where the i-th that is asked about lies in all().
  std::size_t place(std::size_t i) const { return places_[i]; }
  /// Whether its inputs are those of the question.
  bool reads_model(std::size_t i) const;
  /// Else what it reads (theory/check/file_inputs.h), where a lowest one of all() reads what `of_model` says.
  std::optional<InputSet> from_below(std::size_t i, const ModelInputs& of_model) const;

  /// The places in asked(), every layer behind those that it reads (as far as these are not in a circle).
  std::vector<std::size_t> lowest_first() const;
  /// Takes other weights for the i-th; what it reads stays.
  void replace(std::size_t i, RecurrentLayer layer);

 private:
  std::vector<RecurrentLayer> asked_, all_;
  std::vector<std::size_t> places_;
};

}  // namespace unrecur
