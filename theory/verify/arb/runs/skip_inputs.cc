#include "theory/verify/arb/runs/skip_inputs.h"

namespace unrecur::verify {

bool is_skip(const std::string& skip) {
  return skip == "none" || skip == "residual" || skip == "dense";
}

bool fit(const std::string& skip, const std::vector<LayerWidths>& layers) {
  std::size_t all = layers.front().inputs;
  for (std::size_t k = 1; k < layers.size(); ++k) {
    const LayerWidths &layer = layers[k], &below = layers[k - 1];
    all += below.units;
    if (layer.inputs != (skip == "dense" ? all : below.units)) return false;
    if (skip == "residual" && layer.units != below.units) return false;
  }
  return true;
}

Balls read_by(const std::string& skip, std::size_t k, const Balls& x, const std::vector<Balls>& outputs) {
  if (k == 0) return x;
  if (skip == "dense") {
    Balls all = x;
    for (std::size_t j = 0; j < k; ++j) all.insert(all.end(), outputs[j].begin(), outputs[j].end());
    return all;
  }
  Balls all = outputs[k - 1];
  for (std::size_t j = 0; skip == "residual" && j + 1 < k; ++j) {
    for (std::size_t i = 0; i < all.size() && i < outputs[j].size(); ++i) all[i] += outputs[j][i];
  }
  return all;
}

Linear read_by(const std::string& skip, std::size_t k, Index inputs, const std::vector<Linear>& outputs,
               const Vector<double>& r) {
  Linear all = outputs[k - 1];
  if (skip == "residual") {
    for (std::size_t j = 0; j + 1 < k; ++j) all = sum_of(all, outputs[j], r);
  }
  if (skip != "dense") return all;
  Index rows = inputs;
  for (std::size_t j = 0; j < k; ++j) rows += outputs[j].off.size();
  all = {Matrix<double>::Zero(rows, r.size()), Vector<double>::Zero(rows)};
  Index row = inputs;
  for (std::size_t j = 0; j < k; ++j) {
    const Index own = outputs[j].off.size();
    all.value.middleRows(row, own) = outputs[j].value;
    all.off.segment(row, own) = outputs[j].off;
    row += own;
  }
  return all;
}

}  // namespace unrecur::verify
