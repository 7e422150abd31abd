#include "apps/check/check_help.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

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
std::string input_options(const LayerReport& report, const CheckQuestion& question,
                          const std::optional<std::string>& likely) {
  const InputSet& inputs = report.inputs;
  if (question.inputs) return " --inputs " + word_for(question.inputs->string(), "FILE.npy");
  if (inputs.bound()) return fmt::format(" --input-bound {:g}", *inputs.bound());
  const std::optional<std::string>& embedding = question.embedding ? question.embedding : likely;
  if (embedding) return " --embedding " + word_for(*embedding, "TENSOR");
  return inputs.columns().size() > 0 ? "" : " --input-bound B";  // a model of ours knows its vocabulary
}

/// The option that makes a bound one of the layer's own inputs where it would be one of the model's.
std::string alone(const RecurrentLayer& layer) {
  return layer.reads_computed ? " --layer " + word_for(layer.name, "NAME") : "";
}

/// Whose inputs a bound is about.
std::string whose(const RecurrentLayer& layer) {
  return layer.reads_computed ? " of the layer itself (what makes its inputs of the model's is not followed)" : "";
}

std::string bound_given(const RecurrentLayer& layer) {
  const std::string option = alone(layer) + " --input-bound B";
  return fmt::format("a bound on the inputs{}: '{}' where every |x_i| <= B", whose(layer), option.substr(1));
}

/// The command that moves the weights.
std::string projection(const RecurrentLayer& layer, const LayerReport& report, const Remedy& remedy,
                       const CheckQuestion& question) {
  const std::optional<std::string> likely = remedy.tensor.empty() ? std::nullopt : std::optional(remedy.tensor);
  return fmt::format(
      "weights moved into a set that is proved to forget, as a new model file: 'unrecur project {} -o "
      "OUT.safetensors{}{}{}'",
      word_for(question.path, "MODEL"), format_choice(question.choice), question.choice.layer ? "" : alone(layer),
      remedy.needs_bounded_inputs ? input_options(report, question, likely) : "");
}

std::string format_remedy(const RecurrentLayer& layer, const LayerReport& report, const Remedy& remedy,
                          const CheckQuestion& question) {
  switch (remedy.kind) {
    case Remedy::Kind::complete_description:
      return format_question(layer);
    case Remedy::Kind::bound_inputs_for_context:
      return "for a context k: " + bound_given(layer);
    case Remedy::Kind::bound_inputs:
      return bound_given(layer);
    case Remedy::Kind::inputs_within:
      return fmt::format(
          "smaller inputs{2}: with '{1}--input-bound {0:.2g}', every |x_i| <= {0:.2g}, the layer is proved to forget",
          remedy.input_bound, layer.reads_computed ? alone(layer).substr(1) + " " : "", whose(layer));
    case Remedy::Kind::inputs_of_zero:
      return "smaller inputs, but only with the input zero the layer is proved to forget";
    case Remedy::Kind::other_weights:
      return "no bound on the inputs is enough: with all inputs zero no rate below 1 is proved either, so the "
             "weights have to change";
    case Remedy::Kind::vocabulary:
      return fmt::format("the words of the vocabulary, where the layer reads nothing else: '--embedding {}'",
                         word_for(remedy.tensor, "TENSOR"));
    case Remedy::Kind::box_of_inputs:
      return fmt::format("the box of inputs of your own, coordinate by coordinate: '{}'",
                         (alone(layer) + " --inputs FILE.npy").substr(1));
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
