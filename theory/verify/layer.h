#pragma once

#include <string>

#include "models/arrays/parameters.h"
#include "models/layers/cell.h"

namespace unrecur::verify {

/// One recurrent layer as its file gives it, or a stack of them: PyTorch's gate order and names of weights.
struct Layer {
  std::string kind;  ///< of the cell, or of a stack
  Attributes attributes;
  const Parameters<double>* weights = nullptr;
};

/// Whether layers of a stack read more than the output below them, which no proof here knows.
bool has_skips(const Layer& layer);

struct Finding {
  bool proved = false;
  std::string reason;  ///< where not proved: the first inequality that fails, or what is not supported
};

/// False where this build has no Arb; then nothing is proved, and `no_ball_arithmetic` says so.
bool available();
Finding no_ball_arithmetic();

// The following are in builds with Arb only; kinds are those of theory/verify/arb/proofs/.

/// The number of layers of a stack (1 for other kinds), and of states of all its layers together; zero where the layer
/// does not say.
std::size_t layers_of(const Layer& layer);
std::size_t state_size(const Layer& layer);

/// Entries of an input; zero where the layer has no input matrix or its attributes make no sense.
std::size_t input_size(const Layer& layer);

/// What is wrong with the layer as data, whatever is claimed of it; empty where nothing is.
std::string layer_defect(const Layer& layer);

}  // namespace unrecur::verify
