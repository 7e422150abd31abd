#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/formats/onnx/onnx_graph.h"

namespace unrecur {

/// What a Scan or a Loop keeps from one step to the next.
struct OnnxCarriedState {
  std::string from, to;                ///< a name that goes into the body, and the one that takes its place
  std::vector<std::string> operators;  ///< types of the nodes between them
};

/// The first state of a body that depends on itself, or on others that depend on it, by anything but the layers that
/// are read: then the loop is a recurrence of its own. None where a state is handed on unchanged, is only delayed by
/// some steps (an input, shifted), goes through LSTM, GRU and RNN nodes as where these begin and end, or counts steps
/// with whole numbers.
///
/// `node` is the Scan or the Loop and `body` its graph, already parsed. Costs the body's size for each state.
std::optional<OnnxCarriedState> carried_state(const OnnxNode& node, const OnnxGraph& body, const std::string& file,
                                              OnnxBudget& budget);

}  // namespace unrecur
