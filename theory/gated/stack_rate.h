#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/layers/joint_cell.h"
#include "theory/certificates/certificate.h"

namespace unrecur {

/// The rate of a stack and those of its layers, from below.
struct StackRate {
  Certificate certificate;
  std::vector<double> layers;
};

/// A stack of LSTM, GRU or Elman layers in max |s_j|/w_j over the states of all layers.
///
/// |Δs_k'| ≤ M_k |Δs_k| + X_k |Δh'_{k−1}| with the comparison matrices of layer k for its state and its input, which is
/// the box that layer k − 1 keeps its output in. With M_k v_k ≤ λ_k v_k and w_k = c_k v_k, layer k contributes
///
///     t_k = λ_k + (t_{k−1} c_{k−1}/c_k) max_j (X_k v_{k−1,h})_j / v_kj,
///
/// and λ = max_k t_k. c_k is chosen so that t_k stays within a twentieth of the way from max λ_k to 1: block triangular
/// matrices have the spectral radius of their diagonal, and any rate above it is a matter of weights. Nothing where a
/// layer is of another kind or has no bounded box, or there are skip connections. Costs what the layers cost. Source:
/// docs/theory.md, section 12.
std::optional<StackRate> certify_stack(const JointCell<double>& stack, const InputSet& inputs);

}  // namespace unrecur
