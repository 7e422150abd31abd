#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "apps/cli/command_line.h"
#include "models/formats/shared/model_reader.h"
#include "theory/certificates/input_set.h"

namespace unrecur {

/// Throws UsageError where the options contradict each other.
void require_one_input_option(const CommandLine& line);

/// Declares --input-bound, --inputs and --embedding.
void add_input_options(CommandLine& line);

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
  /// Else what it reads (theory/check/file_inputs.h), where a lowest layer reads what `of_model` says.
  std::optional<InputSet> from_below(std::size_t i,
                                     const std::function<InputSet(const RecurrentLayer&)>& of_model) const;

  /// The places in asked(), every layer behind those that it reads (as far as these are not in a circle).
  std::vector<std::size_t> lowest_first() const;
  /// Takes other weights for the i-th; what it reads stays.
  void replace(std::size_t i, RecurrentLayer layer);

 private:
  std::vector<RecurrentLayer> asked_, all_;
  std::vector<std::size_t> places_;
};

/// The inputs for which a layer of the model is to be certified: the vocabulary's embeddings where the model is one of
/// our own that reads symbols, else the rows of --embedding, the box of the values in --inputs or |x_i| <=
/// --input-bound, else every input. The options speak of the inputs of the layer itself; where the file does not say
/// how these enter, nothing is assumed of them. Throws UsageError where options contradict each other or the model,
/// FileError where an array does not fit.
InputSet inputs_for(const CommandLine& line, const RecurrentModel& model, const RecurrentLayer& layer);

}  // namespace unrecur
