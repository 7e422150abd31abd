#include "theory/verify/sequence_defects.h"

#ifdef UNRECUR_HAVE_ARB

namespace unrecur::verify {
namespace {

bool is_word(const Matrix<double>& words, const Eigen::Ref<const Vector<double>>& x) {
  for (Index c = 0; c < words.cols(); ++c) {
    if ((x.array() == words.col(c).array()).all()) return true;
  }
  return false;
}

/// Of a vocabulary only its own columns count, not their hull.
bool admissible(const Inputs& set, const Eigen::Ref<const Vector<double>>& x) {
  if (set.columns.size() > 0) {
    const Index m = set.columns.rows();
    if (x.size() != m * set.window) return false;
    for (Index w = 0; w < set.window; ++w) {
      if (!is_word(set.columns, x.segment(w * m, m))) return false;
    }
    return true;
  }
  if (set.low.size() == 0) return true;
  return x.size() == set.low.size() && (x.array() >= set.low.array()).all() && (x.array() <= set.high.array()).all();
}

}  // namespace

std::string sequence_defect(const Layer& layer, const Inputs& set, const Matrix<double>& x) {
  const std::size_t inputs = input_size(layer);
  if (inputs == 0) return "the layer has no input matrix";
  if (x.cols() == 0) return {};
  if (x.rows() != static_cast<Index>(inputs) || !x.allFinite()) return "the inputs do not fit the layer";
  if (x.cols() > kMostSteps) return "the sequences are longer than what is proved here";
  for (Index t = 0; t < x.cols(); ++t) {
    if (!admissible(set, x.col(t))) return "an input of the sequences is not one of the set";
  }
  return {};
}

std::string bits_defect(double bits_per_step) {
  constexpr double most = 64.0;
  return bits_per_step >= 0.0 && bits_per_step <= most ? "" : "the bits of a step are not between 0 and 64";
}

}  // namespace unrecur::verify

#endif
