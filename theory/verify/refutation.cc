#include "theory/verify/refutation.h"

#include <cmath>
#include <utility>

namespace unrecur::verify {

#ifdef UNRECUR_HAVE_ARB

/// arb/refute.cc
Finding prove_refutation(const Layer& layer, const Refutation& refutation);

namespace {

/// Jacobians of all steps of a longer orbit than one step lie in one matrix of (np)² balls: a file may not ask for any
/// size. Four times what the search looks for.
constexpr Index kLongest = 1024;

/// What is wrong with the refutation as data; empty where nothing is.
std::string defect(const Layer& layer, const Refutation& r) {
  if (std::string wrong = layer_defect(layer); !wrong.empty()) return wrong;
  const auto n = static_cast<Index>(state_size(layer));
  if (!(r.radius >= 1.0 && std::isfinite(r.radius))) return "a radius below 1 refutes nothing";
  if ((r.states.size() == 0) == (r.slopes.size() == 0)) return "the witness is not either an orbit or slopes";
  const Matrix<double>& points = r.states.size() > 0 ? r.states : r.slopes;
  if (points.rows() != n || !points.allFinite()) return "the witness does not fit the state";
  if (points.cols() > 1 && points.size() > kLongest) return "the witness is longer than what is proved here";
  if (r.states.size() == 0) return {};
  if (r.inputs.cols() != r.states.cols() || !r.inputs.allFinite()) return "the inputs do not fit the orbit";
  if (!(r.within > 0.0 && std::isfinite(r.within))) return "the distance to the orbit is not a positive number";
  return {};
}

}  // namespace

Finding refute(const Layer& layer, const Refutation& refutation) {
  std::string wrong = defect(layer, refutation);
  return wrong.empty() ? prove_refutation(layer, refutation) : Finding{false, std::move(wrong)};
}

#else

Finding refute(const Layer&, const Refutation&) {
  return no_ball_arithmetic();
}

#endif

}  // namespace unrecur::verify
