#include "theory/scans/scan_weights.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "theory/arithmetic/nonnegative.h"
#include "theory/arithmetic/rounding.h"

namespace unrecur {
namespace {

/// a ∘ b, rounded upwards, where zero times anything is zero.
double product_of(double a, double b) {
  return a == 0.0 || b == 0.0 ? 0.0 : multiply_up(a, b);
}

/// Goes up the layers with a rate to aim at.
class WeightPass {
 public:
  WeightPass(const ScanChain& chain, double aim) : chain_(chain), aim_(aim) {
    for (const ScanLink& layer : chain.layers) {
      floor_ = std::max({floor_, 1e-9 * finite(layer.bounds.memory), 1e-9 * finite(layer.bounds.output)});
    }
  }

  ScanWeights run() {
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
    const ScanLink& layer = chain_.layers[k];
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

  void unit(const ScanLink& layer, Index j, const Vector<double>& drive, const Vector<double>& e, Vector<double>& w,
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

  const ScanChain& chain_;
  double aim_, floor_ = 0x1p-100;
  ScanWeights result_;
};

/// Steps until states of the box are within 1e-6 of each other, in floating point.
double context_of(const ScanWeights& weighting, double rate) {
  if (!(rate < 1.0)) return kInfinity;
  return (std::log(joined(weighting.weights).norm()) + std::log(1e6)) / -std::log(rate);
}

}  // namespace

double rate_of(const ScanWeights& weighting) {
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

ScanWeights best_weights(const ScanChain& chain, double most) {
  const auto at = [&](double share) {
    ScanWeights found = WeightPass(chain, most + (1.0 - most) * share).run();
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

}  // namespace unrecur
