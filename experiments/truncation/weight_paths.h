#pragma once

#include "experiments/plan/experiment.h"

namespace unrecur {

/// Models of several orders trained side by side from one start on the same batches, and how far their weights run from
/// those of the longest order: figures 5a and 5b.
///
/// Pieces of T = `length` symbols from the zero state, so that the model of order T is the recurrent one and that of
/// order k sees min(k, t + 1) inputs at step t. Plain gradient descent, clipped, at a constant rate.
///
/// Series against the step: distance_kK = ‖W_K − W_T‖₂ over all weights, recurrent_distance_kK over the recurrent
/// matrix alone, path_length = ‖W_T − W_0‖₂ over all weights, recurrent_path_length. Metrics: their last values, and
/// valid_M_kK for every order K and T.
Findings run_weight_paths(const JobContext& job);

/// Reads every key that run_weight_paths does.
void read_weight_paths(const Config& config);

}  // namespace unrecur
