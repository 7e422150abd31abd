#pragma once

#include <string>
#include <vector>

#include "theory/verify/arb/runs/skip_inputs.h"
#include "theory/verify/arb/scans/scan_layer.h"

namespace unrecur::verify {

/// The layers of a stack of scans, or the layer alone, and what its attribute `skip` says.
struct ScanChain {
  std::vector<ScanLayer> layers{};
  std::string skip{};
  std::string wrong{};  ///< why there are no layers; empty where there are
};
ScanChain read_chain(const Layer& layer);

}  // namespace unrecur::verify
