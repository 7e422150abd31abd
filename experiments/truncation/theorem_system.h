#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "experiments/truncation/descent.h"

namespace unrecur {

/// A small stable system on which the theorems are measured.
struct TheoremSystemOptions {
  std::string cell = "elman";        ///< elman (tanh) or linear
  std::string weights = "gaussian";  ///< W: gaussian, orthogonal (all singular values equal), or scalar (below)
  double rate = 0.9;                 ///< λ = ‖W‖₂
  Index size = 8, inputs = 3, outputs = 2, sequences = 4, steps = 64;
  std::uint64_t seed = 1;
};

struct TheoremSystem {
  SequenceModel<double> model;
  Batch<double> batch;       ///< sequences of T steps; squared loss
  RecurrenceSet set;         ///< the ball that projected gradient descent stays in: the start's norms
  double input_bound = 0.0;  ///< B_x
  StateLoss loss;
};

/// `scalar` is the instance on which the theorems are tight: h' = λ h + 100 x, x = 1, and the loss ½(h/1000 − 1000)²,
/// which is linear in h but for a millionth; linear cells of size 1 with one input and output only, and weights that
/// begin 0.003 and 0.001 inside the ball, so that descent clips nothing. Else entries are normal: inputs and targets of
/// variance 1, ‖U‖₂ = 1, ‖b‖₂ = 0.1, V of variance 1/n. Throws UsageError for names and sizes that make no sense.
TheoremSystem make_theorem_system(const TheoremSystemOptions& options);

/// A system that does not forget, with an input on which every truncation fails.
///
/// integrator: h' = h + x, x = 1; expanding: h' = 1.05 h + x, x = 1, or −1 at random; latch: h' = tanh(2 h + 3 x), x =
/// 1 in the first step and 0 afterwards, which stays at the fixed point h = tanh 2h. Throws UsageError for other names.
struct Unforgetting {
  std::unique_ptr<Cell<double>> cell;
  Matrix<double> inputs;  ///< 1 × T
};
Unforgetting make_unforgetting(const std::string& name, Index steps);
std::vector<std::string> unforgetting_names();

/// |h_T − h_T^k| / max_t |h_t| for the orders.
std::vector<double> relative_gaps(const Unforgetting& system, const std::vector<Index>& orders);

}  // namespace unrecur
