#pragma once

#include <string>
#include <vector>

#include "theory/verify/arb/scans/scan_layer.h"

namespace unrecur::verify {

using Balls = std::vector<Ball>;

/// The layers of a stack of scans, or the layer alone, and what its attribute `skip` says.
struct ScanChain {
  std::vector<ScanLayer> layers{};
  std::string skip{};
  std::string wrong{};  ///< why there are no layers; empty where there are
};
ScanChain read_chain(const Layer& layer);

/// What layer k of them reads: of numbers of x and of the outputs below, one for each entry.
Balls read_by(const std::string& skip, std::size_t k, const Balls& x, const std::vector<Balls>& outputs);

}  // namespace unrecur::verify
