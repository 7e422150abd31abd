#include <pybind11/pybind11.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "apps/answer/sequences/truncate_model.h"
#include "base/errors.h"
#include "models/formats/layer_choice.h"
#include "python/bindings/arrays.h"
#include "python/bindings/interruptible.h"
#include "python/bindings/model.h"
#include "theory/estimates/lyapunov.h"

namespace unrecur::python {
namespace {

namespace py = pybind11;

std::vector<double> orders_of(const Truncation& found) {
  std::vector<double> orders;
  for (std::size_t i = 0; i < found.gap.state_max.size(); ++i) orders.push_back(static_cast<double>(i + 1));
  return orders;
}

/// Infinite where nothing is proved.
std::vector<double> bounds_of(const Truncation& found) {
  std::vector<double> bounds;
  const auto& bound = found.bounds.sharpest_bound;
  for (std::size_t i = 0; i < found.gap.state_max.size(); ++i) {
    bounds.push_back(bound ? bound->at(static_cast<Index>(i) + 1).value : std::numeric_limits<double>::infinity());
  }
  return bounds;
}

py::dict truncate_sequences(const ModelPointer& model, const py::array& inputs, Index kmax, double epsilon,
                            const py::dict& arguments) {
  const LayerChoice choice = choice_of(arguments);
  const auto array = copied(inputs);
  const RecordedInputs recorded{*array, "inputs", text_in(arguments, "embedding")};
  const Truncation found = interruptible([&](const ExecutionContext& execution) {
    const SmallLayersScope threads(chosen_layers(*model, choice));
    return truncate_model(*model, choice, recorded, {.largest_order = kmax, .epsilon = epsilon, .execution = execution},
                          Dialect::python);
  });
  py::dict described;
  described["k"] = to_numpy(orders_of(found));
  described["state_gap_max"] = to_numpy(found.gap.state_max);
  described["state_gap_mean"] = to_numpy(found.gap.state_mean);
  described["output_gap_max"] = to_numpy(found.gap.output_max);
  described["bound"] = to_numpy(bounds_of(found));
  described["k_promised"] = found.k_promised;
  described["k_measured"] = found.k_measured;
  return described;
}

LyapunovSpectrum spectrum_along(const RecurrentModel& model, const LayerChoice& choice, const RecordedInputs& inputs,
                                LyapunovOptions options) {
  if (model.sequence) throw UsageError(model.file + " is a model of unrecur's own: give the layers as arrays");
  const SmallLayersScope threads(choose_layers(model, choice));
  const DrivenLayers driven = driven_layers(model, choice, inputs, Dialect::python);
  Index longest = 0;
  for (const Matrix<double>& x : driven.sequences) longest = std::max(longest, x.cols());
  // As check has them (theory/check/data_estimates.cc).
  options.transient = std::min<Index>(100, longest / 4);
  options.block = std::clamp<Index>(longest / 20, 1, 100);
  return lyapunov_spectrum(CellSystem(*driven.cell), driven.sequences, options);
}

py::dict lyapunov(const ModelPointer& model, const py::array& inputs, Index exponents, const py::dict& arguments) {
  const LayerChoice choice = choice_of(arguments);
  const auto array = copied(inputs);
  const RecordedInputs recorded{*array, "inputs", text_in(arguments, "embedding")};
  const LyapunovSpectrum spectrum = interruptible([&](const ExecutionContext& execution) {
    return spectrum_along(*model, choice, recorded, {.exponents = exponents, .execution = execution});
  });
  if (!spectrum.failure.empty()) throw UsageError(spectrum.failure);
  std::vector<double> values, low, high, steps, largest;
  for (const Estimate& e : spectrum.exponents) values.push_back(e.value);
  for (const EstimateInterval& interval : spectrum.intervals) {
    low.push_back(interval.low.value);
    high.push_back(interval.high.value);
  }
  for (const Index step : spectrum.steps) steps.push_back(static_cast<double>(step));
  for (const Estimate& e : spectrum.largest) largest.push_back(e.value);
  py::dict described;
  described["exponents"] = to_numpy(values);
  described["low"] = to_numpy(low);
  described["high"] = to_numpy(high);
  described["steps"] = to_numpy(steps);
  described["largest"] = to_numpy(largest);
  described["counted"] = spectrum.counted;
  return described;
}

}  // namespace

void bind_sequences(py::module_& module) {
  module.def("truncate", truncate_sequences, py::arg("model"), py::arg("inputs"), py::arg("kmax"), py::arg("epsilon"),
             py::arg("options"));
  module.def("lyapunov", lyapunov, py::arg("model"), py::arg("inputs"), py::arg("exponents"), py::arg("options"));
}

}  // namespace unrecur::python
