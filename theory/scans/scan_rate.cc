#include "theory/scans/scan_rate.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <tuple>
#include <utility>

#include "theory/arithmetic/nonnegative.h"
#include "theory/arithmetic/rounding.h"
#include "theory/scans/scan_bounds.h"

namespace unrecur {
namespace {

/// A layer with what is known of it, and |U|.
struct Layer {
  std::unique_ptr<Cell<double>> own;  ///< where the layer is one of a stack
  const ScanCell<double>* cell = nullptr;
  ScanBounds bounds;
  Matrix<double> absolute;
};

struct Chain {
  std::vector<Layer> layers;
  Skip skip = Skip::none;
  Index inputs = 0;  ///< m of the whole
  bool bounded = true;
};

Vector<double> stacked(const Vector<double>& a, const Vector<double>& b) {
  Vector<double> both(a.size() + b.size());
  both << a, b;
  return both;
}

Vector<double> sum_up(const Vector<double>& a, const Vector<double>& b) {
  return a.binaryExpr(b, [](double x, double y) { return add_up(x, y); });
}

/// What layer k reads of numbers that belong to the outputs below it: their limits, or how far they move. `of_input` is
/// that of x.
Vector<double> read_by(const Chain& chain, std::size_t k, const std::vector<Vector<double>>& outputs,
                       const Vector<double>& of_input) {
  if (k == 0) return of_input;
  if (chain.skip == Skip::none) return outputs[k - 1];
  Vector<double> all = chain.skip == Skip::dense ? of_input : outputs[0];
  for (std::size_t j = chain.skip == Skip::dense ? 0 : 1; j < k; ++j) {
    all = chain.skip == Skip::dense ? stacked(all, outputs[j]) : sum_up(all, outputs[j]);
  }
  return all;
}

/// The layers of the cell, from the bottom; none where one of them is no scan.
Chain chain_of(const Cell<double>& cell) {
  Chain chain;
  chain.inputs = cell.shape().input;
  if (const auto* scan = dynamic_cast<const ScanCell<double>*>(&cell)) {
    chain.layers.push_back({nullptr, scan, {}, scan->weight(0).cwiseAbs()});
    return chain;
  }
  const auto* stack = dynamic_cast<const JointCell<double>*>(&cell);
  if (stack == nullptr) return chain;
  chain.skip = stack->skip();
  for (Index k = 0; k < stack->layers(); ++k) {
    auto own = stack->single_layer(k);
    const auto* scan = dynamic_cast<const ScanCell<double>*>(own.get());
    if (scan == nullptr) return {};
    Matrix<double> absolute = scan->weight(0).cwiseAbs();
    chain.layers.push_back({std::move(own), scan, {}, std::move(absolute)});
  }
  return chain;
}

void bound(Chain& chain, const InputSet& inputs) {
  std::vector<Vector<double>> limits;
  for (std::size_t k = 0; k < chain.layers.size(); ++k) {
    const bool external = k == 0 || chain.skip == Skip::dense;
    ScanInputs read{.set = external ? &inputs : nullptr, .set_rows = external ? chain.inputs : 0};
    if (k > 0) read.reach = read_by(chain, k, limits, Vector<double>());
    Layer& layer = chain.layers[k];
    layer.bounds = scan_bounds(*layer.cell, read);
    limits.push_back(layer.bounds.output);
    chain.bounded = chain.bounded && layer.bounds.memory.allFinite() && layer.bounds.output.allFinite();
  }
}

/// a ∘ b, rounded upwards, where zero times anything is zero.
double product_of(double a, double b) {
  return a == 0.0 || b == 0.0 ? 0.0 : multiply_up(a, b);
}

/// Weights of the states of all layers, and how far states that are so far apart come to be apart.
struct Weighting {
  std::vector<Vector<double>> weights, moved;  ///< one for each layer, in the order of its state
};

/// Goes up the layers with a rate to aim at.
class Pass {
 public:
  Pass(const Chain& chain, double aim) : chain_(chain), aim_(aim) {
    for (const Layer& layer : chain.layers) {
      floor_ = std::max({floor_, 1e-9 * finite(layer.bounds.memory), 1e-9 * finite(layer.bounds.output)});
    }
  }

  Weighting run() {
    const Vector<double> same = Vector<double>::Zero(chain_.inputs);
    std::vector<Vector<double>> outputs;
    for (std::size_t k = 0; k < chain_.layers.size(); ++k) outputs.push_back(add(k, read_by(chain_, k, outputs, same)));
    return std::move(result_);
  }

 private:
  static double finite(const Vector<double>& limits) {
    const double largest = limits.maxCoeff();
    return largest < kAnyInput ? largest : 0.0;
  }

  /// A weight for a state within this limit that is moved so far at the rate aimed at.
  double weight(double limit, double needed) const {
    const double least = limit < kAnyInput ? std::max(limit, floor_) : 1.0;
    return needed > least ? needed : least;
  }

  /// Appends the weights of layer k that reads inputs which are e apart; gives how far its outputs are.
  Vector<double> add(std::size_t k, const Vector<double>& e) {
    const Layer& layer = chain_.layers[k];
    const Index m = e.size(), n = layer.cell->units(), stored = layer.cell->stored_rows();
    const Index states = layer.cell->shape().state;
    Vector<double> w(states), moved(states), read(m + stored);
    read.head(m) = e;
    for (Index i = 0; i < stored; ++i) {
      moved(i) = i < m ? e(i) : w(i - m);
      w(i) = weight(layer.bounds.inputs(i % m), moved(i) / aim_);
    }
    read.tail(stored) = w.head(stored);
    const Vector<double> drive = product_up(layer.absolute, read);
    for (Index j = 0; j < n; ++j) unit(layer, j, drive, e, w, moved);
    result_.weights.push_back(w);
    result_.moved.push_back(moved);
    return moved.tail(n);
  }

  void unit(const Layer& layer, Index j, const Vector<double>& drive, const Vector<double>& e, Vector<double>& w,
            Vector<double>& moved) const {
    const ScanBounds& b = layer.bounds;
    const ScanRows& rows = layer.cell->rows();
    const Index n = layer.cell->units(), c = layer.cell->stored_rows() + j, h = c + n;
    const auto by = [&](const Vector<double>& factor, Index block) {
      return product_of(factor(j), drive(block * n + j));
    };
    double push = add_up(by(b.of_candidate, ScanRows::candidate), by(b.of_forget, ScanRows::forget));
    if (rows.intake >= 0) push = add_up(push, by(b.of_intake, rows.intake));
    w(c) = weight(b.memory(j), push == 0.0 ? 0.0 : push / (aim_ - b.kept(j)));
    moved(c) = add_up(multiply_up(b.kept(j), w(c)), push);
    if (!layer.cell->separate_output()) return;
    double out = add_up(multiply_up(b.passed(j), moved(c)), by(b.of_outlet, rows.outlet));
    if (b.carried.size() > 0) {
      out = add_up(out, rows.carried >= 0 ? by(b.carried, rows.carried) : product_of(b.carried(j), e(j)));
    }
    moved(h) = out;
    w(h) = weight(b.output(j), out / aim_);
  }

  const Chain& chain_;
  double aim_, floor_ = 0x1p-100;
  Weighting result_;
};

/// max moved_j/w_j, rounded upwards; infinite where a number is not known.
double rate_of(const Weighting& weighting) {
  double rate = 0.0;
  for (std::size_t k = 0; k < weighting.weights.size(); ++k) {
    rate = std::max(rate, largest_ratio_up(weighting.moved[k], weighting.weights[k]));
    if (!weighting.weights[k].allFinite()) return kInfinity;
  }
  return rate;
}

Vector<double> joined(const std::vector<Vector<double>>& parts) {
  Vector<double> all;
  for (const Vector<double>& part : parts) all = stacked(all, part);
  return all;
}

/// Steps until states of the box are within 1e-6 of each other, in floating point.
double context_of(const Weighting& weighting, double rate) {
  if (!(rate < 1.0)) return kInfinity;
  return (std::log(joined(weighting.weights).norm()) + std::log(1e6)) / -std::log(rate);
}

/// The weighting with the shortest context among rates between `most` and 1.
Weighting best_weighting(const Chain& chain, double most) {
  const auto at = [&](double share) {
    Weighting found = Pass(chain, most + (1.0 - most) * share).run();
    const double context = context_of(found, rate_of(found));
    return std::pair(context, std::move(found));
  };
  // The context falls, then rises with the rate: a coarse look at the order of 1 − share, then golden sections.
  double low = std::log(1e-6), high = std::log(0.95), best = low, least = kInfinity;
  for (int i = 0; i <= 16; ++i) {
    const double place = low + (high - low) * i / 16.0, context = at(std::exp(place)).first;
    if (context < least) std::tie(least, best) = std::pair(context, place);
  }
  double a = std::max(low, best - (high - low) / 16.0), b = std::min(high, best + (high - low) / 16.0);
  for (int i = 0; i < 16; ++i) {
    const double left = b - 0.618 * (b - a), right = a + 0.618 * (b - a);
    if (at(std::exp(left)).first <= at(std::exp(right)).first) {
      b = right;
    } else {
      a = left;
    }
  }
  return at(std::exp((a + b) / 2.0)).second;
}

Vector<double> limits_of(const Chain& chain) {
  Vector<double> all;
  for (const Layer& layer : chain.layers) {
    all = stacked(all, layer.bounds.inputs.replicate(layer.cell->options().window - 1, 1));
    all = stacked(all, layer.bounds.memory);
    if (layer.cell->separate_output()) all = stacked(all, layer.bounds.output);
  }
  return all;
}

/// The set, or the box around it where it has so many columns that to prove anything of them one by one is dear.
InputSet manageable(const InputSet& inputs) {
  const Matrix<double>& columns = inputs.columns();
  if (columns.cols() <= kMostColumns) return inputs;
  const Vector<double> low = columns.rowwise().minCoeff(), high = columns.rowwise().maxCoeff();
  return InputSet::box(low.replicate(inputs.window(), 1), high.replicate(inputs.window(), 1))
      .called("inputs of the smallest box around the " + std::to_string(columns.cols()) + " of the set");
}

/// One layer that reads the newest input alone: then two states always read the same, and nothing has to be bounded.
std::optional<Certificate> for_every_state(const Chain& chain, const InputSet& inputs, double most) {
  const Layer& layer = chain.layers.front();
  if (chain.layers.size() > 1 || layer.cell->options().window > 1) return std::nullopt;
  Domain domain;
  if (inputs.bounded()) domain = {.text = "every state; " + inputs.description(), .inputs = inputs};
  return proved_certificate("largest_gate", Norm::inf(layer.cell->shape().state), most, std::move(domain));
}

}  // namespace

std::optional<ScanRate> certify_scans(const Cell<double>& cell, const InputSet& all) {
  const InputSet inputs = manageable(all);
  Chain chain = chain_of(cell);
  if (chain.layers.empty()) return std::nullopt;
  for (const Layer& layer : chain.layers) {
    if (!layer.absolute.allFinite() || !layer.cell->weight(2).allFinite()) return std::nullopt;
  }
  bound(chain, inputs);
  std::vector<double> kept;
  for (const Layer& layer : chain.layers) kept.push_back(layer.bounds.kept.maxCoeff());
  const double most = *std::max_element(kept.begin(), kept.end());
  if (!(most < 1.0)) return std::nullopt;
  if (!chain.bounded) {
    auto certificate = for_every_state(chain, inputs, most);
    return certificate ? std::optional(ScanRate{std::move(*certificate), std::move(kept)}) : std::nullopt;
  }
  const Weighting weighting = best_weighting(chain, most);
  Vector<double> weights = joined(weighting.weights);
  const double rate = rate_of(weighting);
  if (!(rate < 1.0) || !(weights.minCoeff() > 0.0)) return std::nullopt;
  Domain domain{.text = "states in an invariant box around zero; " + inputs.description(),
                .limits = limits_of(chain),
                .inputs = inputs};
  auto certificate =
      proved_certificate("largest_gate", Norm::weighted_inf(std::move(weights)), rate, std::move(domain));
  return certificate ? std::optional(ScanRate{std::move(*certificate), std::move(kept)}) : std::nullopt;
}

std::optional<double> scan_output_bound(const Cell<double>& cell) {
  const auto* scan = dynamic_cast<const ScanCell<double>*>(&cell);
  if (scan == nullptr) return std::nullopt;
  const ScanOptions& options = scan->options();
  const bool bounded = options.candidate == Activation::tanh && options.intake != ScanOptions::Intake::gated &&
                       options.outlet != ScanOptions::Outlet::highway;
  return bounded ? std::optional(1.0) : std::nullopt;
}

bool is_scan(const Cell<double>& cell) {
  return !chain_of(cell).layers.empty();
}

}  // namespace unrecur
