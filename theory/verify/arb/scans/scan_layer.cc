#include "theory/verify/arb/scans/scan_layer.h"

#include <charconv>

#include "theory/verify/arb/function.h"
#include "theory/verify/arb/kind_proof.h"

namespace unrecur::verify {

std::string attribute_or(const Layer& layer, const char* name, const char* fallback) {
  const auto found = layer.attributes.find(name);
  return found == layer.attributes.end() ? fallback : found->second;
}

std::optional<Scan> read_scan(const Layer& layer, const char* window) {
  const std::string w = attribute_or(layer, "window", window);
  const auto cap = number(layer.attributes, "cap", 1.0);
  Scan scan;
  const auto read_window = std::from_chars(w.data(), w.data() + w.size(), scan.window);
  scan.cap = cap.value_or(0.0);
  const bool whole = read_window.ec == std::errc() && read_window.ptr == w.data() + w.size();
  return whole && scan.window >= 1 && scan.cap > 0.0 && scan.cap <= 1.0 ? std::optional(scan) : std::nullopt;
}

std::optional<ScanLayer> read_layer(const Layer& layer) {
  const KindProof* proof = find_kind_proof(layer.kind);
  if (proof == nullptr || proof->scan == nullptr) return std::nullopt;
  const std::optional<Scan> scan = proof->scan(layer);
  if (!scan) return std::nullopt;
  ScanLayer read{.scan = *scan, .weights = *layer.weights};
  read.u = find_parameter(read.weights, "weight_ih_l0");
  read.bias = find_parameter(read.weights, "bias_ih_l0");
  const Matrix<double>* recurrent = find_parameter(read.weights, "weight_hh_l0");
  if (read.u == nullptr || read.bias == nullptr || recurrent == nullptr) return std::nullopt;
  read.units = static_cast<std::size_t>(recurrent->cols());
  const auto columns = static_cast<std::size_t>(read.u->cols());
  if (read.units == 0 || recurrent->rows() != 0 || columns == 0 || columns % scan->window != 0) return std::nullopt;
  read.inputs = columns / scan->window;
  read.stored = columns - read.inputs;
  read.separate = scan->outlet != Scan::Outlet::state;
  read.projected = scan->outlet == Scan::Outlet::highway && read.inputs != read.units;
  read.blocks =
      2 + (scan->intake == Scan::Intake::coupled ? 0 : 1) + (read.separate ? 1 : 0) + (read.projected ? 1 : 0);
  const auto rows = static_cast<Index>(read.blocks * read.units);
  if (read.u->rows() != rows || read.bias->rows() != rows || read.bias->cols() != 1) return std::nullopt;
  return read;
}

std::size_t states_of_scan(const Layer& layer) {
  const auto read = read_layer(layer);
  return read ? read->states() : 0;
}

std::size_t inputs_of_scan(const Layer& layer) {
  const KindProof* proof = find_kind_proof(layer.kind);
  const Matrix<double>* input = find_parameter(*layer.weights, "weight_ih_l0");
  const auto scan = proof == nullptr || proof->scan == nullptr ? std::nullopt : proof->scan(layer);
  if (!scan || input == nullptr || static_cast<std::size_t>(input->cols()) % scan->window != 0) return 0;
  return static_cast<std::size_t>(input->cols()) / scan->window;
}

}  // namespace unrecur::verify
