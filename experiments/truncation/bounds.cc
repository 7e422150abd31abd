#include "experiments/truncation/bounds.h"

#include <algorithm>
#include <cmath>

#include "theory/arithmetic/rounding.h"
#include "theory/check/rate_bound.h"

namespace unrecur {
namespace {

/// ‖e‖₂ for the error e of one step in double on states in the box |h_j| ≤ c: the rounding of the three sums, through a
/// slope of at most L, and four units in the last place of ρ.
double step_error(const Cell<double>& cell, const SlopeMap& map, double box, double input_bound) {
  const auto& parameters = cell.parameters();
  const Matrix<double>&u = parameters[0].value, &w = parameters[1].value;
  const Index terms = u.cols() + w.cols() + 4;
  double squares = 0.0;
  for (Index j = 0; j < w.rows(); ++j) {
    double size = w.row(j).lpNorm<1>() * box + u.row(j).norm() * input_bound;
    if (parameters.size() > 2) size += std::abs(parameters[2].value(j));
    const double error = map.largest_slope() * gamma_up(terms) * size + 8.0 * kUnitRoundoff * box;
    squares += error * error;
  }
  return std::sqrt(squares);
}

/// The methods that cost no more than some decompositions: a run asks for them after training, and the semidefinite
/// ones take seconds from fifty units on.
const std::vector<std::string> kMethods{"one_norm", "inf_norm",       "spectral_norm",
                                        "perron",   "diagonal_2norm", "lyapunov_equation"};

/// The best Euclidean bound that one certificate gives: from the drive, or from the box that states never leave.
GapBound best_bound(const Certificate& certificate, const GapBound& paper, const std::optional<double>& box) {
  if (!box) return paper;
  const GapBound boxed = certificate_bound(certificate, {.euclidean = kInfinity, .box = *box}, GapNorm::euclidean);
  return paper.at_zero.value <= boxed.at_zero.value ? paper : boxed;
}

}  // namespace

std::optional<UpperBound> GapBounds::rate() const {
  std::optional<UpperBound> smallest;
  for (const auto& c : certificates) {
    if (!smallest || c.rate.value < smallest->value) smallest = c.rate;
  }
  return smallest;
}

GapBounds gap_bounds(const Cell<double>& cell, double input_bound, double epsilon) {
  GapBounds bounds;
  const auto map = slope_map(cell);
  if (!map) return bounds;
  for (UpperRateBound& upper : bound_rate(cell, {.methods = kMethods}).upper) {
    if (upper.certificate) bounds.certificates.push_back(std::move(*upper.certificate));
  }
  const auto box = invariant_box(cell);
  std::optional<Index> fewest;
  for (const auto& certificate : bounds.certificates) {
    const auto drive = slope_map_drive(cell, certificate.norm);
    if (!drive || !(certificate.rate.value < 1.0)) continue;
    const GapBound paper = proposition3_bound(certificate, *drive, input_bound, GapNorm::euclidean);
    if (certificate.method == "spectral_norm") {
      bounds.euclidean = certificate;
      bounds.proposition3 = paper;
    }
    const GapBound bound = best_bound(certificate, paper, box);
    const auto k = bound.context(epsilon);
    if (!k || (fewest && *k >= *fewest)) continue;
    fewest = k;
    bounds.sharpest = certificate;
    bounds.sharpest_bound = bound;
  }
  if (bounds.euclidean && box) {
    bounds.floor = 2.0 * rounding_floor(bounds.euclidean->rate, step_error(cell, *map, *box, input_bound));
  }
  return bounds;
}

}  // namespace unrecur
