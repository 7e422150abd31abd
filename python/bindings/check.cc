#include <pybind11/pybind11.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "apps/answer/check_answer.h"
#include "apps/answer/check_json.h"
#include "apps/answer/check_run.h"
#include "apps/answer/check_text.h"
#include "base/errors.h"
#include "models/formats/layer_choice.h"
#include "models/formats/layer_path.h"
#include "python/bindings/interruptible.h"
#include "python/bindings/model.h"
#include "reports/check/page.h"
#include "reports/html/page.h"
#include "theory/certificates/context.h"
#include "theory/check/known_states.h"
#include "theory/proofs/certify.h"
#include "theory/proofs/memory_file.h"
#include "theory/proofs/refute.h"

namespace unrecur::python {
namespace {

namespace py = pybind11;

/// The model without its arrays, but for the one whose rows the inputs are, copied: a proof that is written later is
/// about the numbers that were checked.
RecurrentModel settled(const RecurrentModel& model, const std::optional<std::string>& embedding) {
  RecurrentModel own = model;
  std::erase_if(own.tensors, [&](const StoredTensor& tensor) { return tensor.name != embedding; });
  for (StoredTensor& tensor : own.tensors) {
    tensor.load = [values = std::make_shared<const Matrix<double>>(tensor.load())] { return *values; };
    tensor.raw = {};
  }
  return own;
}

/// What is proved of the steps that are enough and needed, for any error.
struct ContextFor {
  std::optional<Index> enough{}, at_least{};
  bool for_ever = false;
};

/// States more than 2ε apart show that the steps are needed, whatever ε they were looked for with.
void add_needed(ContextFor& context, const LayerReport& report, double epsilon) {
  const ProvedMemory& proved = report.memory.proved;
  const double gap = proved.bistable ? proved.bistable->gap : proved.witness ? proved.witness->gap : 0.0;
  if (!(gap / 2.0 > epsilon)) return;
  if (const auto needed = proved.at_least()) context.at_least = std::max(context.at_least.value_or(0), *needed);
  context.for_ever = context.for_ever || report.memory.for_ever();
}

ContextFor context_of_layer(const LayerReport& report, double epsilon) {
  ContextFor context;
  if (report.context) {
    for (const UpperRateBound& upper : report.bounds.upper) {
      const auto rate = upper.bound();
      if (!upper.certificate || !rate || rate->rigour != Rigour::proved || !(rate->value < 1.0)) continue;
      const auto steps = report.promised_gap(*upper.certificate).context(epsilon);
      if (steps) context.enough = std::min(context.enough.value_or(*steps), *steps);
    }
  }
  add_needed(context, report, epsilon);
  return context;
}

/// A check that was made: reports, and the same as JSON, text and page. Nothing of it changes.
class CheckResult {
 public:
  CheckResult(const RecurrentModel& model, CheckQuestion question, const ExecutionContext& execution)
      : layers_(choose_layers(model, question.choice)), question_(std::move(question)) {
    const SmallLayersScope threads(layers_);
    run_ = run_check(model, layers_, question_, {}, execution);
    model_ = settled(model, question_.inputs.embedding);
  }

  std::string json() const { return check_json(answer(), run_.reports); }
  std::string text() const { return check_text(answer(), question_.dialect); }
  std::string html() const {
    CheckQuestion drawn = question_;
    drawn.drawn = true;
    return reports::html_page(reports::check_document(answer_of(model_, layers_, run_.reports, run_.context, drawn)));
  }

  /// Of a layer, or of the model where there is none.
  ContextFor context(std::optional<std::size_t> layer, double epsilon) const {
    if (layer) return context_of_layer(run_.reports.at(*layer), epsilon);
    if (layers_.size() == 1) return context_of_layer(run_.reports.front(), epsilon);
    const SmallLayersScope threads(layers_);
    std::vector<RecurrentLayer> layers = layers_;
    if (question_.choice.layer) let_lowest_stand_alone(layers);  // as they were asked about
    auto joint = joint_layer(layers);
    CheckOptions options{.epsilon = epsilon};
    if (joint) options.observed = observed_in(question_.observed, model_, *joint->whole);
    const ModelContext model = model_context(layers, run_.reports, std::move(joint), options);
    ContextFor context{.enough = model.enough};
    if (model.path && model.of_states) add_needed(context, run_.reports[model.lowest], epsilon);
    if (run_.context.whole) add_needed(context, run_.context.whole->report, epsilon);
    return context;
  }

  /// Whether the layers are one path, of which as a whole there are proofs.
  bool path() const { return layers_.size() == 1 || run_.context.whole.has_value(); }

  /// The proof of the verdict as a file, of a layer or of the path; empty where there is none.
  std::string proof(std::optional<std::size_t> layer) const {
    const bool whole = !layer && run_.context.whole;
    const RecurrentLayer& about = whole ? run_.context.whole->layer : layers_.at(layer.value_or(0));
    const LayerReport& report = whole ? run_.context.whole->report : run_.reports.at(layer.value_or(0));
    const SmallLayersScope threads(layers_);
    if (report.verdict == Verdict::proved) {
      return format_certificate_file(certify(model_, about, report, names()));
    }
    const auto refutation = refute(about, report);
    return refutation ? format_refutation_file(*refutation) : "";
  }

  /// The proof of the steps that are needed as a file, empty where there is none.
  std::string memory_proof(std::optional<std::size_t> layer) const {
    const Needing needs =
        layer ? Needing{&layers_.at(*layer), &run_.reports.at(*layer)} : needing(run_.context, layers_, run_.reports);
    const auto memory = memory_file_of(model_, *needs.layer, *needs.report, names());
    return memory ? format_memory_file(*memory) : "";
  }

 private:
  NamedTensors names() const { return {.embedding = question_.inputs.embedding, .head = question_.observed.head}; }
  reports::CheckedModel answer() const { return answer_of(model_, layers_, run_.reports, run_.context, question_); }

  RecurrentModel model_;
  std::vector<RecurrentLayer> layers_;
  CheckQuestion question_;
  CheckRun run_;
};

std::shared_ptr<CheckResult> check_model(const ModelPointer& model, const py::dict& options) {
  CheckQuestion question{.path = model->file,
                         .choice = choice_of(options),
                         .epsilon = number_in(options, "epsilon").value_or(1e-3),
                         .observed = observed_choice(text_in(options, "of"), text_in(options, "head")),
                         .inputs = given_inputs(options),
                         .seconds = number_in(options, "seconds").value_or(20.0),
                         .dialect = Dialect::python};
  return interruptible([&](const ExecutionContext& execution) {
    return std::make_shared<CheckResult>(*model, std::move(question), execution);
  });
}

py::tuple context_tuple(const CheckResult& result, std::optional<std::size_t> layer, double epsilon) {
  const ContextFor context = interruptible([&](const ExecutionContext&) { return result.context(layer, epsilon); });
  return py::make_tuple(context.enough, context.at_least, context.for_ever);
}

template <class Text>
std::string without_lock(const Text& text) {
  return interruptible([&](const ExecutionContext&) { return text(); });
}

}  // namespace

void bind_check(py::module_& module) {
  py::class_<CheckResult, std::shared_ptr<CheckResult>>(module, "CheckResult", "A check that was made.")
      .def("json", [](const CheckResult& r) { return without_lock([&] { return r.json(); }); })
      .def("text", [](const CheckResult& r) { return without_lock([&] { return r.text(); }); })
      .def("html", [](const CheckResult& r) { return without_lock([&] { return r.html(); }); })
      .def("context", context_tuple, py::arg("layer"), py::arg("epsilon"))
      .def("path", &CheckResult::path)
      .def("proof",
           [](const CheckResult& r, std::optional<std::size_t> i) { return without_lock([&] { return r.proof(i); }); })
      .def("memory_proof", [](const CheckResult& r, std::optional<std::size_t> i) {
        return without_lock([&] { return r.memory_proof(i); });
      });
  module.def("check", check_model, py::arg("model"), py::arg("options"));
}

}  // namespace unrecur::python
