#include "theory/verify/bistable.h"

#include <cmath>
#include <utility>

#include "theory/verify/sequence_defects.h"

namespace unrecur::verify {

#ifdef UNRECUR_HAVE_ARB
/// arb/memory/bistable.cc
Finding prove_bistable(const Layer& layer, const Bistable& witness, const std::function<bool()>& stop);

namespace {

constexpr long long kLongestPeriod = 64;

/// What is wrong with the witness as data; empty where nothing is.
std::string bistable_defect(const Layer& layer, const Bistable& w) {
  if (std::string wrong = layer_defect(layer); !wrong.empty()) return wrong;
  const auto n = static_cast<Index>(state_size(layer));
  if (w.input.size() == 0) return "the constant input is missing";
  if (std::string wrong = sequence_defect(layer, w.inputs, w.input); !wrong.empty()) return wrong;
  for (const Bistable::Basin* basin : {&w.first, &w.second}) {
    if (std::string wrong = sequence_defect(layer, w.inputs, basin->prefix); !wrong.empty()) return wrong;
    if (basin->center.size() != n || basin->frame.rows() != n || basin->frame.cols() != n || basin->radii.size() != n ||
        !basin->center.allFinite() || !basin->frame.allFinite() || !basin->radii.allFinite() ||
        !(basin->radii.array() > 0.0).all()) {
      return "a set of states does not fit the layer";
    }
    if (std::string wrong = bits_defect(basin->bits_per_step); !wrong.empty()) return wrong;
  }
  if (!(w.steps >= 0 && w.steps <= kMostSteps)) return "the number of steps makes no sense";
  if (!(w.period >= 1 && w.period <= kLongestPeriod)) return "the period of the sets makes no sense";
  if (!(w.gap >= 0.0 && std::isfinite(w.gap))) return "the gap is not a finite number of at least 0";
  if (!w.observed.head.allFinite()) return "the head is not finite";
  return {};
}

}  // namespace

Finding verify_bistable(const Layer& layer, const Bistable& witness, const std::function<bool()>& stop) {
  std::string wrong = bistable_defect(layer, witness);
  return wrong.empty() ? prove_bistable(layer, witness, stop) : Finding{false, std::move(wrong)};
}

#else

Finding verify_bistable(const Layer&, const Bistable&, const std::function<bool()>&) {
  return no_ball_arithmetic();
}

#endif

}  // namespace unrecur::verify
