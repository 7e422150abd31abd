#include "apps/answer/check_help.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "apps/answer/layer_words.h"

namespace unrecur {
namespace {

/// The path as a shell reads it; `otherwise` where that would need quoting.
std::string word_for(const std::string& path, const char* otherwise) {
  const auto plain = [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view("._/+-").find(c) != std::string_view::npos;
  };
  return !path.empty() && path[0] != '-' && std::all_of(path.begin(), path.end(), plain) ? path : otherwise;
}

/// The inputs for which a gated layer is to be projected, as options: those of the question, or what it could have
/// been.
std::string input_options(const RecurrentLayer& layer, const LayerReport& report, const CheckQuestion& question,
                          const std::optional<std::string>& likely) {
  const bool python = question.dialect == Dialect::python;
  const auto option = [&](const char* field, const std::string& value) {
    return (python ? ", " : " ") + option_words(question.dialect, field, value);
  };
  const InputSet& inputs = report.inputs;
  if (question.inputs.array) return option("inputs", python ? "x" : word_for(question.inputs.source, "FILE.npy"));
  // A layer above others reads what these give: the bound is that of the model's inputs. It is none of a layer's own
  // where what lies between is not followed.
  const bool of_model = question.choice.layer || !layer.reads_computed;
  const std::optional<double> bound = of_model && question.inputs.bound ? question.inputs.bound : inputs.bound();
  if (bound) return option("input_bound", fmt::format("{:g}", *bound));
  const std::optional<std::string>& embedding = question.inputs.embedding ? question.inputs.embedding : likely;
  if (embedding)
    return option("embedding", python ? text_value(Dialect::python, *embedding) : word_for(*embedding, "TENSOR"));
  return inputs.columns().size() > 0 ? "" : option("input_bound", "B");  // a model of ours knows its vocabulary
}

/// The option that makes a bound one of the layer's own inputs where it would be one of the model's, among others.
std::string alone(const RecurrentLayer& layer, Dialect dialect) {
  if (!layer.reads_computed) return "";
  const bool python = dialect == Dialect::python;
  const std::string name = python ? text_value(dialect, layer.name) : word_for(layer.name, "NAME");
  return (python ? ", " : " ") + option_words(dialect, "layer", name);
}

/// Whose inputs a bound is about.
std::string whose(const RecurrentLayer& layer) {
  return layer.reads_computed ? " of the layer itself (what makes its inputs of the model's is not followed)" : "";
}

/// An option about the inputs of the layer, by itself.
std::string input_option(const RecurrentLayer& layer, Dialect dialect, const char* field, const std::string& value) {
  const std::string between = dialect == Dialect::python ? ", " : " ";
  return (alone(layer, dialect) + between + option_words(dialect, field, value)).substr(between.size());
}

std::string bound_given(const RecurrentLayer& layer, Dialect dialect) {
  return fmt::format("a bound on the inputs{}: '{}' where every |x_i| <= B", whose(layer),
                     input_option(layer, dialect, "input_bound", "B"));
}

/// The command that moves the weights.
std::string projection(const RecurrentLayer& layer, const LayerReport& report, const Remedy& remedy,
                       const CheckQuestion& question) {
  const std::optional<std::string> likely = remedy.tensor.empty() ? std::nullopt : std::optional(remedy.tensor);
  const std::string options = format_choice(question.choice, question.dialect) +
                              (question.choice.layer ? "" : alone(layer, question.dialect)) +
                              (remedy.needs_bounded_inputs ? input_options(layer, report, question, likely) : "");
  if (question.dialect == Dialect::python) {
    return "weights moved into a set that is proved to forget: 'unrecur.project(model" + options + ")'";
  }
  return fmt::format(
      "weights moved into a set that is proved to forget, as a new model file: 'unrecur project {} -o "
      "OUT.safetensors{}'",
      word_for(question.path, "MODEL"), options);
}

std::string vocabulary_given(const Remedy& remedy, Dialect dialect) {
  const bool python = dialect == Dialect::python;
  const std::string tensor = python ? text_value(dialect, remedy.tensor) : word_for(remedy.tensor, "TENSOR");
  return "the words of the vocabulary, where the layer reads nothing else: '" +
         option_words(dialect, "embedding", tensor) + "'";
}

std::string format_remedy(const RecurrentLayer& layer, const LayerReport& report, const Remedy& remedy,
                          const CheckQuestion& question) {
  const Dialect dialect = question.dialect;
  switch (remedy.kind) {
    case Remedy::Kind::complete_description:
      return format_question(layer, dialect);
    case Remedy::Kind::bound_inputs_for_context:
      return "for a context k: " + bound_given(layer, dialect);
    case Remedy::Kind::bound_inputs:
      return bound_given(layer, dialect);
    case Remedy::Kind::inputs_within: {
      const std::string bound = fmt::format("{:.2g}", remedy.input_bound);
      return fmt::format("smaller inputs{}: with '{}', every |x_i| <= {}, the layer is proved to forget", whose(layer),
                         input_option(layer, dialect, "input_bound", bound), bound);
    }
    case Remedy::Kind::inputs_of_zero:
      return "smaller inputs, but only with the input zero the layer is proved to forget";
    case Remedy::Kind::other_weights:
      return "no bound on the inputs is enough: with all inputs zero no rate below 1 is proved either, so the "
             "weights have to change";
    case Remedy::Kind::vocabulary:
      return vocabulary_given(remedy, dialect);
    case Remedy::Kind::box_of_inputs:
      return "the box of inputs of your own, coordinate by coordinate: '" +
             input_option(layer, dialect, "inputs", dialect == Dialect::python ? "x" : "FILE.npy") + "'";
    case Remedy::Kind::projection:
      return projection(layer, report, remedy, question);
  }
  return {};
}

}  // namespace

std::vector<std::string> format_help(const RecurrentLayer& layer, const LayerReport& report,
                                     const CheckQuestion& question) {
  std::vector<std::string> help;
  for (const Remedy& remedy : report.remedies) help.push_back(format_remedy(layer, report, remedy, question));
  return help;
}

}  // namespace unrecur
