#include "apps/check/check_help.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "models/formats/embedding_tensor.h"
#include "theory/check/provable_bound.h"

namespace unrecur {
namespace {

constexpr Index kLargestSearched = 512;  ///< state size above which no bound on inputs is searched
constexpr double kHighestBound = 16.0;   ///< where a search without a bound begins

/// The path as a shell reads it; `otherwise` where that would need quoting.
std::string word_for(const std::string& path, const char* otherwise) {
  const auto plain = [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view("._/+-").find(c) != std::string_view::npos;
  };
  return !path.empty() && path[0] != '-' && std::all_of(path.begin(), path.end(), plain) ? path : otherwise;
}

bool gated(const Cell<double>& cell) {
  const std::string kind = cell.kind();
  if (kind != "stack") return kind == "lstm" || kind == "gru";
  const Attributes attributes = cell.attributes();
  const auto layer = attributes.find("layer");
  return layer != attributes.end() && (layer->second == "lstm" || layer->second == "gru");
}

/// The largest |x_i| of a set; nothing where it is not bounded.
std::optional<double> largest_in(const InputSet& inputs) {
  if (inputs.bound()) return *inputs.bound();
  if (inputs.columns().size() > 0) return inputs.columns().cwiseAbs().maxCoeff();
  if (inputs.low().size() > 0) return std::max(inputs.low().cwiseAbs().maxCoeff(), inputs.high().cwiseAbs().maxCoeff());
  return std::nullopt;
}

/// Whether a smaller set of inputs would do.
void help_with_inputs(std::vector<std::string>& help, const CheckedCell& checked,
                      const std::optional<std::string>& embedding) {
  const InputSet& inputs = checked.inputs;
  const bool vocabulary = inputs.columns().size() > 0;
  const double highest = largest_in(inputs).value_or(kHighestBound);
  const bool searched = checked.cell->shape().state <= kLargestSearched && !vocabulary;
  const auto enough = searched && highest > 0.0 ? provable_input_bound(*checked.cell, highest) : std::nullopt;
  if (enough && *enough > 0.0) {
    help.push_back(fmt::format(
        "smaller inputs: with '--input-bound {0:.2g}', every |x_i| <= {0:.2g}, the layer is proved to forget",
        *enough));
  } else if (searched && enough) {
    help.push_back("smaller inputs, but only with the input zero the layer is proved to forget");
  } else if (searched) {
    help.push_back(
        "no bound on the inputs is enough: with all inputs zero no rate below 1 is proved either, so the "
        "weights have to change");
  } else if (!inputs.bounded()) {
    help.push_back("a bound on the inputs: '--input-bound B' where every |x_i| <= B");
  }
  if (vocabulary || (searched && !enough)) return;
  if (embedding) {
    help.push_back(fmt::format("the words of the vocabulary, where the layer reads nothing else: '--embedding {}'",
                               word_for(*embedding, "TENSOR")));
  }
  if (inputs.low().size() == 0) {
    help.push_back("the box of inputs of your own, coordinate by coordinate: '--inputs FILE.npy'");
  }
}

/// The inputs for which a gated cell is to be projected, as options: those of the question, or what it could have been.
std::string input_options(const InputSet& inputs, const CheckQuestion& question,
                          const std::optional<std::string>& likely) {
  if (question.inputs) return " --inputs " + word_for(question.inputs->string(), "FILE.npy");
  if (inputs.bound()) return fmt::format(" --input-bound {:g}", *inputs.bound());
  const std::optional<std::string>& embedding = question.embedding ? question.embedding : likely;
  if (embedding) return " --embedding " + word_for(*embedding, "TENSOR");
  return inputs.columns().size() > 0 ? "" : " --input-bound B";  // a model of ours knows its vocabulary
}

/// The command that moves the weights.
std::string projection(const CheckedCell& checked, const CheckQuestion& question,
                       const std::optional<std::string>& likely) {
  return fmt::format(
      "weights moved into a set that is proved to forget, as a new model file: 'unrecur project {} -o "
      "OUT.safetensors{}{}'",
      word_for(question.path, "MODEL"), format_choice(question.choice),
      gated(*checked.cell) ? input_options(checked.inputs, question, likely) : "");
}

bool has_projection(const Cell<double>& cell) {
  return cell.kind() == "elman" || cell.kind() == "linear" || cell.kind() == "lstm" || cell.kind() == "gru";
}

}  // namespace

std::vector<std::string> help_for(const RecurrentModel& model, const RecurrentLayer& layer, const CheckedCell& checked,
                                  const CheckQuestion& question) {
  std::vector<std::string> help;
  if (!checked.cell) {
    if (!layer.open.empty()) help.push_back(format_question(layer));
    return help;
  }
  const LayerCheck& check = checked.check;
  const bool knows_inputs = input_size_of(layer) > 0 && !layer.conjugate;
  if (check.verdict == Verdict::proved) {
    const bool may_give_context = knows_inputs && !checked.inputs.bounded();
    if (!check.context && may_give_context) {
      help.push_back("for a context k: a bound on the inputs, '--input-bound B' where every |x_i| <= B");
    }
    return help;
  }
  const std::optional<std::string> likely = likely_embedding(model, layer);
  if (check.verdict == Verdict::undecided && gated(*checked.cell) && knows_inputs) {
    help_with_inputs(help, checked, likely);
  }
  if (has_projection(*checked.cell)) help.push_back(projection(checked, question, likely));
  return help;
}

}  // namespace unrecur
