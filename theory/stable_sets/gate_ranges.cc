#include "theory/stable_sets/gate_ranges.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <vector>

#include "base/errors.h"
#include "models/arrays/product.h"

namespace unrecur {
namespace {

/// Room for the rounding of floats below a ceiling, so that what is held there also proves it.
constexpr double kGateRoom = 1e-4;

const Matrix<float>& parameter(const Cell<float>& cell, std::string_view name) {
  const auto* found = find_parameter(cell.parameters(), name);
  if (found == nullptr) throw UsageError("a " + cell.kind() + " cell has no " + std::string(name));
  return *found;
}

void require_box(const InputBounds& inputs, Index size) {
  if (inputs.low.size() != size || inputs.high.size() != size) {
    throw UsageError("a stable set of a gated cell needs bounds of its " + std::to_string(size) + " inputs");
  }
}

/// The longest embeddings, and the length of the longest of the others, of which there must be one.
struct LongestWords {
  Matrix<float> words;
  float others;
};

LongestWords longest_words(const Matrix<float>& embeddings, Index count) {
  const Vector<float> lengths = embeddings.colwise().norm();
  std::vector<Index> order(static_cast<std::size_t>(embeddings.cols()));
  std::iota(order.begin(), order.end(), Index{0});
  std::ranges::nth_element(order, order.begin() + count, std::greater<>(), [&](Index word) { return lengths(word); });
  LongestWords longest{Matrix<float>(embeddings.rows(), count), lengths(order[static_cast<std::size_t>(count)])};
  for (Index i = 0; i < count; ++i) longest.words.col(i) = embeddings.col(order[static_cast<std::size_t>(i)]);
  return longest;
}

/// The range of each row of U e over these words.
DriveRange range_over(const Matrix<float>& u, const Matrix<float>& words) {
  Matrix<float> products(u.rows(), words.cols());
  multiply<float>(u, words, products, 0.0F);
  return {products.rowwise().minCoeff(), products.rowwise().maxCoeff()};
}

/// And over these and the ball of the others.
DriveRange range_over(const Matrix<float>& u, const LongestWords& longest) {
  const Vector<float> reach = u.rowwise().norm() * longest.others;
  if (longest.words.cols() == 0) return {-reach, reach};
  const DriveRange words = range_over(u, longest.words);
  return {words.low.cwiseMin(-reach), words.high.cwiseMax(reach)};
}

/// Adds the range over the words at every place of the window.
template <class Words>
void add_places(const Matrix<float>& u, const ModelSpec& spec, const Words& words, DriveRange& range) {
  for (Index place = 0; place < spec.window; ++place) {
    const DriveRange added = range_over(Matrix<float>(u.middleCols(place * spec.embedding, spec.embedding)), words);
    range.low += added.low;
    range.high += added.high;
  }
}

}  // namespace

DriveRange drive_range(const SequenceModel<float>& model, const InputBounds& inputs, Index first_row, Index rows) {
  const Cell<float>& cell = model.cell();
  const Matrix<float>& all = parameter(cell, "weight_ih_l0");
  const Matrix<float> u = all.middleRows(first_row, rows);
  const Vector<float> b = parameter(cell, "bias_ih_l0").col(0).segment(first_row, rows);
  DriveRange range{b, b};
  if (const auto* second = find_parameter(cell.parameters(), "bias_hh_l0")) {
    range.low += second->col(0).segment(first_row, rows);
    range.high = range.low;
  }
  const ModelSpec& spec = model.spec();
  if (spec.symbols > 0) {
    const Matrix<float>& embeddings = model.encoder();
    // That of all rows, so that a gate has the same range alone as with the others.
    const double cost = static_cast<double>(all.rows() * spec.embedding) * static_cast<double>(embeddings.cols());
    if (cost <= kExactCost || inputs.exact_words >= embeddings.cols()) {
      add_places(u, spec, embeddings, range);
    } else {
      add_places(u, spec, longest_words(embeddings, inputs.exact_words), range);
    }
    return range;
  }
  require_box(inputs, u.cols());
  const Matrix<float> positive = u.cwiseMax(0.0F), negative = u.cwiseMin(0.0F);
  range.low += positive * inputs.low + negative * inputs.high;
  range.high += positive * inputs.high + negative * inputs.low;
  return range;
}

InputSet input_set(const SequenceModel<float>& model, const InputBounds& inputs) {
  if (model.spec().symbols > 0) {
    return InputSet::windows(model.encoder().cast<double>(), model.spec().window);
  }
  require_box(inputs, model.spec().frame);
  return InputSet::box(inputs.low.cast<double>(), inputs.high.cast<double>());
}

void scale_drive(Cell<float>& cell, Index first_row, const Vector<float>& factors) {
  for (const std::string_view name : {"weight_ih_l0", "bias_ih_l0", "bias_hh_l0"}) {
    if (auto* weights = find_parameter(cell.parameters(), name)) {
      weights->middleRows(first_row, factors.size()).array().colwise() *= factors.array();
    }
  }
}

void hold_gate(SequenceModel<float>& model, const InputBounds& inputs, Index gate, double ceiling) {
  auto& recurrent = *find_parameter(model.cell().parameters(), "weight_hh_l0");
  const Index n = recurrent.cols();
  const double limit = std::log(ceiling / (1.0 - ceiling)) - kGateRoom;
  if (!(limit > 0.0)) throw UsageError("the ceiling of a gate lies above 1/2");
  const Vector<float> high = drive_range(model, inputs, gate * n, n).high;
  Vector<float> factors = Vector<float>::Ones(n);
  for (Index j = 0; j < n; ++j) {
    auto row = recurrent.row(gate * n + j);
    double reach = row.cwiseAbs().cast<double>().sum();
    if (reach > 0.5 * limit && reach + static_cast<double>(high(j)) > limit) {
      row *= static_cast<float>(0.5 * limit / reach);
      reach = 0.5 * limit;
    }
    const double room = limit - reach;
    if (static_cast<double>(high(j)) > room) factors(j) = static_cast<float>(room / static_cast<double>(high(j)));
  }
  scale_drive(model.cell(), gate * n, factors);
}

}  // namespace unrecur
