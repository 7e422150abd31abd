#include "theory/projections/projection.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <type_traits>

#include "base/errors.h"
#include "base/expected.h"
#include "models/arrays/product.h"
#include "theory/arithmetic/definite.h"
#include "theory/arithmetic/eigen.h"
#include "theory/arithmetic/ritz_block.h"
#include "theory/arithmetic/rounding.h"
#include "theory/arithmetic/spectral_norm.h"

namespace unrecur {
namespace {

constexpr int kLargestDegree = 12;
constexpr int kMostSteps = 40;
/// Degree of the filter that every call applies at least once, so that what rises outside the block is seen.
constexpr int kSweep = 5;
/// Ritz values down to this fraction of λ may pass it in the next step: they stay in the block.
constexpr double kNear = 0.99;

/// How many Ritz vectors to keep: all that are near λ or above, and some guards.
Index kept(const Vector<double>& theta, double lambda) {
  const Index near = (theta.array() > kNear * lambda).count();
  return near + 4 + near / 5;
}

/// Seeds the fresh direction of a call from the weights themselves, so that no counter has to be stored.
template <class S>
std::uint64_t seed_of(const Matrix<S>& w) {
  std::uint64_t seed = 0;
  const Index stride = std::max<Index>(1, w.size() / 64);
  for (Index i = 0; i < w.size(); i += stride) {
    seed = std::rotl(seed, 7) ^ std::bit_cast<std::uint64_t>(static_cast<double>(w.data()[i]));
  }
  return seed;
}

/// Estimated error of the result, ‖P − exact‖_F, from one Ritz triple with value theta and residual r; 0 where it lies
/// surely below λ. `edge` stands for the largest singular value that the block does not resolve. docs/theory.md,
/// section 10.
double contribution(double theta, double r, double edge, double lambda, double tolerance) {
  const double gap = theta * theta - edge * edge;
  // By how much σ² may lie above θ²: quadratic in the residual where there is a gap.
  const double rise = gap > 0.0 ? std::min(r, r * r / gap) : r;
  if (std::sqrt(theta * theta + rise) <= lambda * (1.0 + tolerance)) return 0.0;
  const double direct = r / std::max(theta, lambda);
  if (!(gap > 0.0)) return direct;
  const double rotated = std::max(0.0, theta - lambda) * r / gap;
  return std::min(direct, 2.0 * (rotated + rise / (2.0 * lambda)));
}

/// What a block says about the triples above λ.
struct Judgement {
  Index above = 0;      // Ritz values above λ
  double error = 0.0;   // estimate of ‖P − exact‖_F
  double floor = 0.0;   // the part of it that rounding in S makes of residuals, which no step removes
  double lowest = 0.0;  // the smallest Ritz value that still contributes to it
};

template <class S>
Judgement judge(const RitzBlock<S>& block, double edge, double lambda, double tolerance) {
  const Vector<double>& theta = block.values();
  const double noise = 4.0 * std::numeric_limits<S>::epsilon() * theta(0) * theta(0);
  Judgement result;
  double squares = 0.0;
  double floor_squares = 0.0;
  for (Index i = 0; i < block.size(); ++i) {
    if (theta(i) > lambda) ++result.above;
    const double error = contribution(theta(i), block.residuals()(i), edge, lambda, tolerance);
    if (error == 0.0) continue;
    const double least = contribution(theta(i), noise, edge, lambda, tolerance);
    squares += error * error;
    floor_squares += least * least;
    result.lowest = theta(i);
  }
  result.error = std::sqrt(squares);
  result.floor = std::sqrt(floor_squares);
  return result;
}

/// Degree of the filter that should bring the error down to the target, kSweep at least, as far as the spread of the
/// block allows.
template <class S>
int filter_degree(const Vector<double>& theta, const Judgement& state, double edge, double target) {
  const auto growth = [&](double t) { return std::acosh(std::max(1.0, 2.0 * t * t / (edge * edge) - 1.0)); };
  const double per_degree = growth(state.lowest);
  const double wanted = std::log(2.0 * state.error / target) / std::max(per_degree, 1e-3);
  // The part of v_1 that rounding puts into the lowest column grows fastest; it must stay small.
  const double room = std::is_same_v<S, float> ? 7.0 : 18.0;
  const double allowed = room / std::max(growth(theta(0)) - per_degree, 1e-3);
  const double degree = std::min({std::max<double>(wanted, kSweep), allowed, static_cast<double>(kLargestDegree)});
  return std::max(1, static_cast<int>(degree));
}

/// W ← W − Σ (1 − λ/σ_i) (W v_i) v_iᵀ.
template <class S>
void subtract(Matrix<S>& w, const Vector<double>& sigma, const Matrix<S>& images, const Matrix<S>& right,
              double lambda) {
  const Vector<double> weights = 1.0 - lambda / sigma.array();
  const Matrix<S> left = images * (-weights).template cast<S>().asDiagonal();
  multiply_by_transposed<S>(left, right, w, S(1));
}

double distance(const Vector<double>& sigma, double lambda) {
  return (sigma.array() - lambda).matrix().norm();
}

/// All triples, largest first, through the eigenvalues of WᵀW where that keeps enough digits of what lies above λ;
/// squaring costs (σ_1/λ)² ulps.
template <class S>
RightSingular decompose(const Matrix<S>& w, double lambda) {
  Matrix<double> wide = w.template cast<double>();
  if constexpr (std::is_same_v<S, float>) {
    const SymmetricEigen eigen = symmetric_eigen(gram_lower(wide, false));
    if (eigen.converged) {
      RightSingular d{eigen.values.reverse().cwiseMax(0.0).cwiseSqrt(), eigen.vectors.rowwise().reverse(), true};
      if (d.values(0) <= 1e3 * lambda) return d;
    }
  }
  RightSingular d = right_singular(std::move(wide));
  if (!d.converged) throw ResourceError("the singular value decomposition of a weight matrix did not converge");
  return d;
}

}  // namespace

template <class S>
SpectralBallProjection<S>::SpectralBallProjection(const SpectralBallOptions& options) : options_(options) {
  if (!(options.rate > 0.0 && options.rate < kInfinity))
    throw UsageError(expected_but_found("a finite rate of a spectral ball above 0", options.rate));
  if (!(options.tolerance >= 0.0 && options.tolerance < 1.0))
    throw UsageError(expected_but_found("a tolerance in [0, 1)", options.tolerance));
  if (options.tolerance == 0.0) options_.tolerance = std::is_same_v<S, float> ? 1e-6 : 1e-13;
}

template <class S>
ProjectionReport SpectralBallProjection<S>::project(Matrix<S>& w) {
  ProjectionReport report;
  const S largest = w.size() == 0 ? S(0) : w.cwiseAbs().template maxCoeff<Eigen::PropagateNaN>();
  if (!(largest < std::numeric_limits<S>::infinity())) throw UsageError("only finite weights can be projected");
  const double frobenius = static_cast<double>(w.stableNorm());
  const bool inside = frobenius <= options_.rate * (1.0 - 1e-4);
  // A block of random directions would see none of the triples above λ and call that convergence.
  const bool cold = state_.rows() != w.cols() || state_.cols() < 2 || !state_.allFinite();
  if (!inside && (cold || std::min(w.rows(), w.cols()) <= options_.small)) {
    clip_from_decomposition(w, report);
  } else if (!inside) {
    clip_from_block(w, report);
  }
  if (options_.prove) prove(w, report);
  return report;
}

template <class S>
void SpectralBallProjection<S>::clip_from_block(Matrix<S>& w, ProjectionReport& report) {
  const double lambda = options_.rate;
  const double target = options_.tolerance * lambda;
  const Index most = std::min(w.rows(), w.cols()) / 2;
  const std::uint64_t seed = seed_of(w);
  if (state_.cols() >= most) return clip_from_decomposition(w, report);
  RitzBlock<S> block(w, state_.template cast<double>());
  block.append(1, seed + 1);

  for (report.iterations = 1; report.iterations <= kMostSteps; ++report.iterations) {
    block.solve();
    const Vector<double>& theta = block.values();
    // The last Ritz value belongs to the fresh direction; the one before it marks where the block ends.
    const double edge = theta(block.size() - 2);
    const Judgement state = judge(block, edge, lambda, options_.tolerance);
    report.error = state.error / lambda;
    const bool roomy = block.size() - 1 - state.above >= 2;
    if (state.error <= std::max(target, state.floor) && roomy && report.iterations > 1) {
      const Index k = state.above;
      report.clipped = k;
      const Matrix<S> right = block.right().template cast<S>();
      state_ = right.leftCols(std::min(block.size() - 1, kept(theta, lambda)));
      if (k == 0) return;
      report.distance = distance(theta.head(k), lambda);
      subtract<S>(w, theta.head(k), block.images().leftCols(k), right.leftCols(k), lambda);
      return;
    }
    // Without a gap below the triples that matter no filter separates them: take in what is close to them.
    const bool narrow = !roomy || (state.lowest < 1.02 * edge && report.iterations % 3 == 0);
    if (edge > 0.0) block.filter(filter_degree<S>(theta, state, edge, target), edge);
    if (!narrow) continue;
    const Index more = std::max<Index>(4, block.size() / 2);
    if (block.size() + more > most) break;
    block.append(more, seed + 1 + static_cast<std::uint64_t>(report.iterations));
  }
  clip_from_decomposition(w, report);
}

template <class S>
void SpectralBallProjection<S>::clip_from_decomposition(Matrix<S>& w, ProjectionReport& report) {
  report.decomposed = true;
  report.error = 0.0;
  const double lambda = options_.rate;
  const RightSingular d = decompose(w, lambda);
  const Index k = (d.values.array() > lambda * (1.0 + options_.tolerance)).count();
  report.clipped = k;
  state_ = d.right.leftCols(std::min(d.right.cols(), kept(d.values, lambda))).template cast<S>();
  if (k == 0) return;
  report.distance = distance(d.values.head(k), lambda);
  const Matrix<double> wide = w.template cast<double>();
  Matrix<double> images(w.rows(), k);
  multiply<double>(wide, d.right.leftCols(k), images, 0.0);
  Matrix<double> clipped = wide;
  subtract<double>(clipped, d.values.head(k), images, d.right.leftCols(k), lambda);
  w = clipped.template cast<S>();
}

template <class S>
void SpectralBallProjection<S>::prove(Matrix<S>& w, ProjectionReport& report) {
  const double lambda = options_.rate;
  const double ulp = std::numeric_limits<S>::epsilon();
  double scale = 1.0;
  for (int attempt = 0; attempt < 8 && !report.proved; ++attempt) {
    const SpectralNormProof proof(w.template cast<double>());
    report.proved = proof.holds(lambda);
    if (report.proved) break;
    const double upper = proof.upper_bound();
    if (!(upper < kInfinity)) break;
    // More than rounding and tolerance explain: a triple was missed.
    if (upper > lambda * (1.0 + 100.0 * options_.tolerance + 1e-9) && !report.decomposed) {
      const ProjectionReport before = report;
      clip_from_decomposition(w, report);
      report.clipped += before.clipped;
      report.distance = std::hypot(report.distance, before.distance);
      continue;
    }
    const S factor = static_cast<S>(std::min(1.0, lambda / upper) * (1.0 - (attempt + 1) * ulp));
    w *= factor;
    scale *= static_cast<double>(factor);
  }
  report.shrunk = 1.0 - scale;
}

template class SpectralBallProjection<float>;
template class SpectralBallProjection<double>;

}  // namespace unrecur
