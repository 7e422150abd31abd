#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/execution.h"
#include "theory/estimates/bootstrap.h"
#include "theory/estimates/driven_system.h"

namespace unrecur {

struct LyapunovOptions {
  Index exponents = 0;      ///< q, the largest ones; 0: all n
  Index transient = 100;    ///< steps of every sequence for the state and the frame to settle, not counted
  Index block = 100;        ///< counted steps of a block of the bootstrap; doubled where there are too many
  Index most_blocks = 512;  ///< kept; two become one beyond
  BootstrapOptions bootstrap{};
  ExecutionContext execution{};  ///< of lyapunov_spectrum()
};

/// λ_i = lim (1/T) Σ_t ln (R_t)_ii, where J_t Q_{t−1} = Q_t R_t with orthonormal Q and positive diagonal of R, J_t the
/// Jacobian ∂φ/∂s of the full state at step t: the mean rates, in nats a step, at which the q most expanding directions
/// grow along the data. In descending order but for fluctuations.
///
/// exp(λ_1) is at most every contraction rate that holds along the data, in whatever norm. An estimate: T is finite and
/// the data is a sample. Of a direction that a step annihilates rounding is left, so exponents below ln 2⁻⁵² = −36 say
/// no more than that; nothing counts as less than ln 10⁻³⁰⁰.
struct LyapunovSpectrum {
  std::vector<Estimate> exponents;          ///< q; empty where `failure` says why
  std::vector<EstimateInterval> intervals;  ///< one for each exponent; empty for fewer than two blocks
  std::vector<Index> steps;                 ///< after so many counted steps …
  std::vector<Estimate> largest;            ///< … the running estimate of λ_1, for a convergence plot
  Index counted = 0;                        ///< T, over all sequences
  std::string failure;
};

/// The QR method of Benettin, Galgani, Giorgilli and Strelcyn (1980), step by step, for data that comes in pieces. J,
/// not Jᵀ: transposes in forward order would give the singular values of another product.
///
/// Memory: n × q for the frame and q × most_blocks for the blocks, however long the data. Cost a step: q columns of one
/// step of the recurrence, and 4 n q² for the QR.
class LyapunovEstimator {
 public:
  /// Throws UsageError for more exponents than n, or options below 0.
  LyapunovEstimator(Index state_size, const LyapunovOptions& options = {});

  /// A new sequence from this state, with a transient of its own.
  void start(const Vector<double>& state);
  /// One step with each input of the map, in turn. Once a state is not finite nothing more is counted.
  void forward_step(const FixedInputMap<double>& map);
  LyapunovSpectrum result() const;

 private:
  void count(const Vector<double>& logs);
  void merge_blocks();

  LyapunovOptions options_;
  Matrix<double> state_, frame_, first_frame_;
  Index waited_ = 0;  ///< steps since start()
  bool finite_ = true;
  Index total_ = 0, block_length_;
  std::vector<Vector<double>> sums_;  ///< of the logarithms, by block
  std::vector<Index> lengths_;
  bool open_ = false;  ///< the last block goes on
};

/// The spectrum along sequences of inputs (m × T each), each from the zero state. Besides the sequences memory holds
/// the drive of 256 steps. Throws UsageError for inputs of another size than the system's, Interrupted where a stop is
/// asked for.
LyapunovSpectrum lyapunov_spectrum(const DrivenSystem& system, std::span<const Matrix<double>> sequences,
                                   const LyapunovOptions& options = {});

}  // namespace unrecur
