#pragma once

#include <vector>

#include "theory/scans/scan_chain.h"

namespace unrecur {

/// Weights of the states of all layers, and how far states that are so far apart come to be apart.
struct ScanWeights {
  std::vector<Vector<double>> weights, moved;  ///< one for each layer, in the order of its state
};

/// Those with the shortest context among rates between `most`, the largest forget gate of all, and 1.
ScanWeights best_weights(const ScanChain& chain, double most);

/// max moved_j/w_j, rounded upwards; infinite where a number is not known.
double rate_of(const ScanWeights& weights);

/// All of them, in the order of the states.
Vector<double> joined(const std::vector<Vector<double>>& parts);

}  // namespace unrecur
