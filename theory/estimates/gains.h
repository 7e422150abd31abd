#pragma once

#include <span>
#include <string>
#include <vector>

#include "theory/arithmetic/bounds.h"
#include "theory/estimates/jacobian_product.h"

namespace unrecur {

/// The k-step gain along data, g_k = max over windows of ‖J_{t+k−1} ⋯ J_t‖₂: by how much a small error of the state can
/// have grown k steps later. g_k^{1/k} is what the data has to set beside a contraction rate λ in the Euclidean norm:
/// at most λ for every k. For a rate in another norm g_k ≤ √κ λ^k, κ the product of the two conversions of the norm.
struct KStepGain {
  Index steps = 0;     ///< k
  Estimate gain;       ///< g_k, cut at the range of doubles
  Estimate root;       ///< g_k^{1/k}, the worst window
  Estimate mean_root;  ///< exp of the mean over windows of (1/k) ln ‖·‖₂
};

struct KStepGains {
  std::vector<KStepGain> gains;  ///< one for each k asked; empty where `failure` says why
  Index windows = 0;
  std::string failure;
};

/// Gains of the given orders over windows as long as the largest of them, or longer. Matrix-free: memory for one window
/// at a time, O(n) a step. Cost: linear in the number of windows and in each k, some tens of products of k steps.
/// Throws UsageError for an order below 1 or beyond a window's length.
KStepGains k_step_gains(const DrivenSystem& system, std::span<const InputWindow> windows, std::span<const Index> orders,
                        const ProductNormOptions& options = {});

}  // namespace unrecur
