#pragma once

#include <string>
#include <vector>

#include "theory/verify/balls/centered.h"

namespace unrecur::verify {

/// Whether the name is none, residual or dense.
bool is_skip(const std::string& skip);

/// Entries that a layer of a stack reads and gives.
struct LayerWidths {
  std::size_t inputs = 0, units = 0;
};
/// Whether each layer above the lowest reads as many numbers as those below it give.
bool fit(const std::string& skip, const std::vector<LayerWidths>& layers);

/// What layer k of a stack reads: of numbers of x and of the outputs below, one for each entry.
Balls read_by(const std::string& skip, std::size_t k, const Balls& x, const std::vector<Balls>& outputs);

/// How what layer k > 0 reads moves with the states of the box, given how the outputs below do; the `inputs` entries of
/// x do not.
Linear read_by(const std::string& skip, std::size_t k, Index inputs, const std::vector<Linear>& outputs,
               const Vector<double>& r);

}  // namespace unrecur::verify
