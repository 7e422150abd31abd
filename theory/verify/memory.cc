#include "theory/verify/memory.h"

#include <cmath>
#include <utility>

namespace unrecur::verify {

#ifdef UNRECUR_HAVE_ARB
/// arb/memory.cc
Finding prove_memory(const Layer& layer, const Memory& memory, const std::function<bool()>& stop);
#endif

namespace {

/// A file may not ask for any amount of work: what the search looks for, with room.
constexpr long long kMostSteps = 1 << 20;
constexpr double kMostBits = 64.0;

/// Whether every column is an input of the set. Of a vocabulary only its own columns are taken, not their hull.
bool admissible(const Inputs& set, const Matrix<double>& x) {
  for (Index t = 0; t < x.cols(); ++t) {
    if (set.columns.size() > 0) {
      const Index m = set.columns.rows();
      if (x.rows() != m * set.window) return false;
      for (Index w = 0; w < set.window; ++w) {
        bool found = false;
        for (Index c = 0; c < set.columns.cols() && !found; ++c) {
          found = (x.col(t).segment(w * m, m).array() == set.columns.col(c).array()).all();
        }
        if (!found) return false;
      }
    } else if (set.low.size() > 0) {
      const bool inside = x.rows() == set.low.size() && (x.col(t).array() >= set.low.array()).all() &&
                          (x.col(t).array() <= set.high.array()).all();
      if (!inside) return false;
    }
  }
  return true;
}

/// What is wrong with the witness as data; empty where nothing is.
std::string defect(const Layer& layer, const Memory& w) {
  if (std::string wrong = layer_defect(layer); !wrong.empty()) return wrong;
  const Matrix<double>* input = find_parameter(*layer.weights, "weight_ih_l0");
  if (input == nullptr) return "the layer has no input matrix";
  const Index m = input->cols();
  for (const Matrix<double>* x : {&w.first, &w.second, &w.suffix}) {
    if (x->cols() > 0 && (x->rows() != m || !x->allFinite())) return "the inputs do not fit the layer";
    if (!admissible(w.inputs, *x)) return "an input of the sequences is not one of the set";
    if (x->cols() > kMostSteps) return "the sequences are longer than what is proved here";
  }
  if (!(w.steps >= 0 && w.steps <= kMostSteps)) return "the number of common steps makes no sense";
  if (w.steps > 0 && w.suffix.cols() == 0) return "there are no common inputs";
  if (!(w.gap >= 0.0 && std::isfinite(w.gap))) return "the gap is not a finite number of at least 0";
  if (!(w.bits_per_step >= 0.0 && w.bits_per_step <= kMostBits)) return "the bits of a step are not between 0 and 64";
  return {};
}

}  // namespace

Finding verify_memory(const Layer& layer, const Memory& memory, const std::function<bool()>& stop) {
  std::string wrong = defect(layer, memory);
  if (!wrong.empty()) return {false, std::move(wrong)};
#ifdef UNRECUR_HAVE_ARB
  return prove_memory(layer, memory, stop);
#else
  static_cast<void>(stop);
  return no_ball_arithmetic();
#endif
}

}  // namespace unrecur::verify
