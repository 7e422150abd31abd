#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/execution.h"
#include "theory/certificates/certificate.h"
#include "theory/gated/gru_rates.h"
#include "theory/gated/lstm_rates.h"

namespace unrecur {

struct QuadraticOptions {
  Index largest_state = 32;  ///< no norm is looked for in larger states
  Index first_leaves = 32;   ///< regions that the box is always cut into
  /// Up to so many where the rate is above that of another method, `beat`, and that not hopeless.
  Index leaves_to_beat = 400;
  double beat = std::numeric_limits<double>::infinity();
  Index most_leaves = 20000;  ///< and at most, where more of them may bring the rate below 1
  double hopeless = 1.3;      ///< no more regions for a rate above this
  /// Wall time for more regions than the first; 0: none.
  double seconds = 0.0;
  ExecutionContext execution{};
};

/// Why certify_quadratic looks for nothing in a state of this size; empty where it does.
std::string quadratic_not_tried(Index state, const QuadraticOptions& options = {});

/// ‖s‖_P by method quadratic, P symmetric positive definite and full: signs of the weights count, which no norm of
/// absolute values sees.
///
/// The Jacobian over a region of the invariant box is a center plus rank-one terms (uncertain_matrix.h), and a norm is
/// sought by descent for which the largest bound of all regions (metric_bound.h) is least; the box is cut where that
/// bound is worst. What comes out is proved region by region. `starts` are weights d of norms ‖D s‖₂ to begin with;
/// the plain two-norm always is one. Nothing where no proof succeeds. Witness: QuadraticWitness. Costs some hundred
/// eigenvalue problems of twice the state's size, and ten for every region. Source: docs/theory.md, section 21.
std::optional<Certificate> certify_quadratic(const BoxedLstm& lstm, const std::vector<Vector<double>>& starts,
                                             const QuadraticOptions& options = {});
std::optional<Certificate> certify_quadratic(const BoxedGru& gru, const std::vector<Vector<double>>& starts,
                                             const QuadraticOptions& options = {});

/// The weights of norms that a start can be made of: d of weighted two-norms, 1/v of weighted max-norms.
std::optional<Vector<double>> start_of(const Certificate& certificate);

}  // namespace unrecur
