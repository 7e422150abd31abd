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

/// The same of a whole graph that its caller steps, and feeds with what it gave: inputs on which an output depends that
/// could take their place (type and shape agree as far as they are said), by anything but the initial states of the
/// layers that are read. None where at most one input is read otherwise: that one is what the model is asked about; and
/// where all could come back, the first is. What carries a state and what merely has the shape of an input (a mask) is
/// not told apart. Left out are caches, by their name, of graphs that convolve: a convolution's last inputs.
///
/// `graph` is the outermost one; its stored arrays are no inputs. Costs the graph's size for each output.
std::vector<OnnxCarriedState> states_of_caller(const OnnxGraph& graph, const std::string& file, OnnxBudget& budget);

}  // namespace unrecur
