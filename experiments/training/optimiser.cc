#include "experiments/training/optimiser.h"

#include <algorithm>
#include <cmath>

#include "base/errors.h"
#include "base/named.h"
#include "models/arrays/shares.h"

namespace unrecur {
namespace {

/// The matrix that goes with weight i, zero at first.
Matrix<float>& slot(Parameters<float>& state, std::size_t i, const std::string& name, const Matrix<float>& weights) {
  if (i == state.size()) state.push_back({name, Matrix<float>::Zero(weights.rows(), weights.cols())});
  Matrix<float>& value = state.at(i).value;
  if (value.rows() != weights.rows() || value.cols() != weights.cols()) {
    throw UsageError("the optimiser's state for " + name + " is that of another model");
  }
  return value;
}

/// Calls visit(column of `all`, column of the gradient) for every column that the gradient has.
template <class F>
void for_each_column(Matrix<float>& all, const Gradients<float>& gradients, std::size_t i, const F& visit) {
  const Matrix<float>& gradient = gradients.value(i);
  const std::vector<Index>* columns = gradients.columns(i);
  for (Index j = 0; j < gradient.cols(); ++j) {
    visit(all.col(columns == nullptr ? j : (*columns)[static_cast<std::size_t>(j)]), gradient.col(j));
  }
}

/// Calls visit(first, count, gradient) for pieces of the entries of `weights`, small ones, so that several things can
/// be done to a piece while it lies in the innermost cache. Threads share the pieces of large weights.
template <class F>
void for_each_piece(const Matrix<float>& weights, const Gradients<float>& gradients, std::size_t i, const F& visit) {
  constexpr Index kPiece = 1024;
  const Matrix<float>& gradient = gradients.value(i);
  const std::vector<Index>* columns = gradients.columns(i);
  if (columns == nullptr) {
    const Index pieces = (weights.size() + kPiece - 1) / kPiece;
    in_shares(pieces, worthwhile_shares(weights.size(), pieces), [&](Index, Index begin, Index end) {
      for (Index first = begin * kPiece; first < std::min(end * kPiece, weights.size()); first += kPiece) {
        visit(first, std::min(kPiece, weights.size() - first), gradient.data() + first);
      }
    });
    return;
  }
  const Vector<float> nothing = Vector<float>::Zero(weights.rows());
  std::vector<const float*> of_column(static_cast<std::size_t>(weights.cols()), nothing.data());
  for (std::size_t j = 0; j < columns->size(); ++j) {
    of_column[static_cast<std::size_t>((*columns)[j])] = gradient.col(static_cast<Index>(j)).data();
  }
  for (Index j = 0; j < weights.cols(); ++j) {
    visit(j * weights.rows(), weights.rows(), of_column[static_cast<std::size_t>(j)]);
  }
}

double factor_of(const std::string& name, const StepFactors& factors) {
  if (name.starts_with("encoder.")) return factors.embedding;
  return name.starts_with("decoder.") ? factors.decoder : 1.0;
}

/// Steps as two numbers that floats hold exactly.
constexpr Index kSplit = Index{1} << 20;

}  // namespace

double Optimiser::step(SequenceModel<float>& model, const Gradients<float>& gradients, const StepSize& size) {
  const double norm = std::sqrt(gradients.squared_norm());
  const double shrink = size.clip > 0.0 && norm > size.clip ? size.clip / norm : 1.0;
  begin_step();
  std::size_t i = 0;
  for_each_weight(model, [&](const std::string& name, Matrix<float>& weights, int) {
    move(weights, gradients, {i++, size.learning_rate, shrink, static_cast<float>(factor_of(name, size.factors))});
  });
  return norm;
}

void Sgd::move(Matrix<float>& weights, const Gradients<float>& gradients, const Move& move) {
  if (momentum_ != 0.0F) {
    Matrix<float>& v = slot(velocity_, move.i, gradients.name(move.i), weights);
    const auto shrink = static_cast<float>(move.shrink);
    v *= momentum_;
    for_each_column(v, gradients, move.i, [&](auto column, const auto& g) { column += shrink * g; });
    weights.noalias() -= static_cast<float>(move.rate) * move.factor * v;
    return;
  }
  const float step = static_cast<float>(move.rate * move.shrink) * move.factor;
  if (gradients.columns(move.i) == nullptr) {
    for_each_piece(weights, gradients, move.i, [&](Index first, Index count, const float* gradient) {
      Eigen::Map<Eigen::ArrayXf>(weights.data() + first, count) -=
          step * Eigen::Map<const Eigen::ArrayXf>(gradient, count);
    });
  } else {
    for_each_column(weights, gradients, move.i, [&](auto column, const auto& g) { column -= step * g; });
  }
}

void Adam::move(Matrix<float>& weights, const Gradients<float>& gradients, const Move& move) {
  const std::string& name = gradients.name(move.i);
  Matrix<float>&m = slot(first_, move.i, "m/" + name, weights), &v = slot(second_, move.i, "v/" + name, weights);
  const auto shrink = static_cast<float>(move.shrink);
  const auto beta1 = static_cast<float>(options_.beta1), beta2 = static_cast<float>(options_.beta2);
  const auto rest1 = static_cast<float>(1.0 - options_.beta1), rest2 = static_cast<float>(1.0 - options_.beta2);
  const auto t = static_cast<double>(steps_);
  const auto rate = static_cast<float>(move.rate / (1.0 - std::pow(options_.beta1, t))) * move.factor;
  const auto root = static_cast<float>(std::sqrt(1.0 - std::pow(options_.beta2, t)));
  const auto epsilon = static_cast<float>(options_.epsilon);
  for_each_piece(weights, gradients, move.i, [&](Index first, Index count, const float* gradient) {
    const Eigen::Map<const Eigen::ArrayXf> g(gradient, count);
    Eigen::Map<Eigen::ArrayXf> mean(m.data() + first, count), square(v.data() + first, count);
    mean = beta1 * mean + rest1 * shrink * g;
    square = beta2 * square + rest2 * (shrink * g).square();
    Eigen::Map<Eigen::ArrayXf>(weights.data() + first, count) -= rate * mean / (square.sqrt() / root + epsilon);
  });
}

Parameters<float> Adam::save() const {
  if (steps_ == 0) return {};
  Parameters<float> state = first_;
  state.insert(state.end(), second_.begin(), second_.end());
  Matrix<float> steps(2, 1);
  steps << static_cast<float>(steps_ / kSplit), static_cast<float>(steps_ % kSplit);
  state.push_back({"steps", std::move(steps)});
  return state;
}

void Adam::restore(const Parameters<float>& state) {
  first_.clear();
  second_.clear();
  steps_ = 0;
  for (const auto& p : state) {
    if (p.name.starts_with("m/")) first_.push_back(p);
    if (p.name.starts_with("v/")) second_.push_back(p);
    if (p.name == "steps") steps_ = static_cast<Index>(p.value(0)) * kSplit + static_cast<Index>(p.value(1));
  }
}

std::vector<std::string> optimiser_names() {
  return {"sgd", "adam"};
}

std::unique_ptr<Optimiser> make_optimiser(const OptimiserOptions& options) {
  if (options.name == "sgd") return std::make_unique<Sgd>(options.momentum);
  if (options.name == "adam") return std::make_unique<Adam>(options.adam);
  throw UsageError("unknown optimiser '" + options.name + "': known are " + join_names(optimiser_names()));
}

}  // namespace unrecur
