// Does a trained model forget? The contraction of its recurrent layer, proved where it can be.

#include <iostream>

#include "apps/answer/check_answer.h"
#include "apps/answer/check_json.h"
#include "apps/answer/check_run.h"
#include "apps/answer/check_text.h"
#include "apps/check/check_inputs.h"
#include "apps/check/check_layers.h"
#include "apps/check/same_layers.h"
#include "apps/cli/command_line.h"
#include "apps/cli/exit_codes.h"
#include "apps/cli/progress_line.h"
#include "apps/cli/verb.h"
#include "base/errors.h"
#include "base/parallel.h"
#include "models/formats/read_model.h"
#include "reports/check/page.h"
#include "reports/print/printable.h"
#include "theory/check/check.h"
#include "theory/proofs/certify.h"
#include "theory/proofs/memory_file.h"
#include "theory/proofs/refute.h"

namespace unrecur::registry::verbs {
namespace {

NamedTensors names_of(const CheckQuestion& question) {
  return {.embedding = question.inputs.embedding, .head = question.observed.head};
}

/// Writes the proof of the verdict, and has the report say the context that this proof proves. Whether there is one.
bool write_verdict(const std::filesystem::path& file, const RecurrentModel& model, const RecurrentLayer& layer,
                   LayerReport& report, const CheckQuestion& question) {
  if (report.verdict == Verdict::proved) {
    const CertificateFile certificate = certify(model, layer, report, names_of(question));
    const bool had_context = report.context.has_value();
    report.context.reset();
    if (const auto& context = certificate.claim.context) report.context = Context{context->epsilon, context->steps};
    if (had_context && !report.context) report.reason = Reason::contracts_context_unverified;
    write_certificate(file, certificate);
    return true;
  }
  const auto refutation = refute(layer, report);
  if (refutation) write_refutation(file, *refutation);
  return refutation.has_value();
}

/// proof.json gives proof.memory.json.
std::filesystem::path beside(const std::filesystem::path& file) {
  std::filesystem::path name = file.stem();
  name += ".memory";
  name += file.extension();
  return file.parent_path() / name;
}

std::optional<Index> steps_of(const std::optional<Context>& context) {
  return context ? std::optional(context->steps) : std::nullopt;
}

/// Writes what is proved of the layer, or of all layers of a path together: the verdict, and how many steps are needed.
void write_proofs(const std::filesystem::path& file, const RecurrentModel& model,
                  const std::vector<RecurrentLayer>& layers, CheckRun& found, const CheckQuestion& question) {
  if (layers.size() > 1 && !found.context.whole) {
    throw UsageError(
        "these layers are not one path, and a certificate is about one layer: choose it with --layer NAME");
  }
  const RecurrentLayer& layer = layers.size() == 1 ? layers.front() : found.context.whole->layer;
  LayerReport& report = layers.size() == 1 ? found.reports.front() : found.context.whole->report;
  const bool has_verdict = write_verdict(file, model, layer, report, question);
  if (layers.size() > 1) found.context.enough = steps_of(report.context);
  const Needing needs = needing(found.context, layers, found.reports);
  const auto memory = memory_file_of(model, *needs.layer, *needs.report, names_of(question));
  if (memory) {
    const std::filesystem::path name = has_verdict ? beside(file) : file;
    write_memory(name, *memory);
    std::cerr << "unrecur: the proof of how many steps are needed is " << reports::printable(name.string()) << "\n";
  } else if (!has_verdict) {
    // The verdict says so itself.
    std::cerr << "unrecur: nothing is " << (report.verdict == Verdict::refuted ? "proved again" : "proved")
              << (layers.size() > 1 ? " of all layers together" : "") << ", so no certificate is written\n";
  }
}

int run_check(const std::vector<std::string>& arguments) {
  CommandLine line("check", "Proves or refutes that the recurrent layer of a model forgets.");
  line.positional("MODEL", "a model file; the content decides its format (docs/formats.md)", 1, 1);
  line.option("epsilon", "E", "error for which the context is asked; default 0.001");
  line.option("of", "WHAT",
              "what that is an error of: states, outputs (of the last layer) or head (a dense layer on top); default "
              "states");
  line.option("head", "TENSOR", "the weight of that dense layer; default what the file tells of");
  line.option("seconds", "S",
              "time for each layer's searches: of input sequences that prove how many steps it needs (0: none), and of "
              "a norm that proves a small LSTM or GRU; default 20");
  add_layer_options(line);
  add_input_options(line);
  line.option(
      "certificate", "FILE",
      "where a proof of the verdict goes, for unrecur verify, and beside it, as NAME.memory.json for NAME.json, "
      "that of the steps needed (in FILE itself where there is no verdict); of one layer, or of a path of them");
  line.option("html", "FILE", "where the answer goes as a page for the browser, with the ladder drawn");
  line.option("same-as", "MODEL", "instead of a check: whether the layers of both files are the same maps");
  line.flag("json", "the answer as JSON on standard output");
  line.example("unrecur check out/jobs/HASH/model.safetensors", "the ladder of certificates of a trained model");
  line.example("unrecur check model.onnx --input-bound 1 --html check.html", "the same for the browser");
  line.example("unrecur check model.pt --layer rnn --convention tanh", "a file that does not say the activation");
  line.example("unrecur check model.pth --layer lA.weight --kind linear", "a matrix that is a linear recurrence");
  line.example("unrecur check model.onnx --inputs x.npy", "an LSTM or GRU, for inputs like these");
  line.example("unrecur check model.pt --embedding emb.weight", "an LSTM or GRU that reads the words of a vocabulary");
  line.example("unrecur check model.safetensors --epsilon 1e-6 --json", "for a program to read");
  line.example("unrecur check model.pt --input-bound 1 --head fc.weight",
               "steps that the outputs of a dense layer need");
  if (!line.parse(arguments)) return 0;
  const std::string path = line.words().front();
  const double epsilon = line.number("epsilon", 1e-300, 1e300).value_or(1e-3);
  const RecurrentModel model = read_model(path);
  const LayerChoice choice = choice_of(line);
  if (const auto other = line.path("same-as")) return print_same_layers(model, *other, choice, line.has("json"));
  const std::vector<RecurrentLayer> layers = choose_layers(model, choice);
  const CheckQuestion question{.path = path,
                               .choice = choice,
                               .epsilon = epsilon,
                               .observed = observed_choice(line.text("of"), line.text("head")),
                               .inputs = given_inputs(line),
                               .seconds = line.number("seconds", 0.0, 1e6).value_or(20.0),
                               .drawn = line.has("html")};
  fit_threads(layers);
  const auto progress = [](std::size_t i, std::size_t of, const std::string& name) {
    return std::make_shared<ProgressLine>("checking", i, of, name);
  };
  CheckRun found = unrecur::run_check(model, layers, question, progress, {.stop = {}, .threads = usable_cores()});
  std::vector<LayerReport>& reports = found.reports;
  if (const auto file = line.path("certificate")) write_proofs(*file, model, layers, found, question);
  const reports::CheckedModel answer = answer_of(model, layers, reports, found.context, question);
  if (const auto file = line.path("html")) reports::write_check_page(answer, *file);
  std::cout << (line.has("json") ? check_json(answer, reports) : check_text(answer));
  return exit_code_of(verdict_of(reports, found.context));
}

}  // namespace

extern const Verb check;
const Verb check = {"check", "proves or refutes that a trained model forgets", 3, run_check};

}  // namespace unrecur::registry::verbs
