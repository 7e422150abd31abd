#pragma once

#include <memory>
#include <string>

#include "models/formats/onnx/onnx_writer.h"
#include "models/layers/cell.h"

namespace unrecur {

/// Steps of a cell as nodes of an ONNX graph, of matrix products and functions alone: no recurrent operator. Values
/// have a sequence or a step in each row, so weights stand transposed; they are stored once for all steps.
class OnnxCell {
 public:
  virtual ~OnnxCell() = default;
  /// The values of a step: those of the state by blocks of n columns, the newest output last.
  using State = std::vector<std::string>;
  /// φ(state, x), under names that begin with `prefix`; an empty state is zero.
  virtual State step(const State& state, const std::string& x, const std::string& prefix) const = 0;
};

/// The steps of an Elman network, a linear system, an LSTM or a GRU, or of a plain stack of these, written into
/// `graph`, which outlives it. Null for other kinds.
std::unique_ptr<OnnxCell> make_onnx_cell(const Cell<double>& cell, OnnxWriter& graph);

}  // namespace unrecur
