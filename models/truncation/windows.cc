#include "models/truncation/windows.h"

#include <algorithm>
#include <utility>

#include "base/errors.h"

namespace unrecur {
namespace {

/// Steps begin … begin + length − 1 of sequence b, scored from step `first_scored` on.
struct Run {
  Index sequence, begin, length, first_scored;
};

/// The prefix of one sequence and the windows behind it.
template <class S>
void append_runs(const Packing& packing, const Vector<S>& weights, Index order, Index b, std::vector<Run>& runs) {
  const auto counts = [&](Index t) { return weights.size() == 0 || weights(packing.column(b, t)) != S(0); };
  const Index length = packing.length(b);
  Index prefix = std::min(order, length);
  while (prefix > 0 && !counts(prefix - 1)) --prefix;
  if (prefix > 0) runs.push_back({b, 0, prefix, 0});
  for (Index t = order; t < length; ++t) {
    if (counts(t)) runs.push_back({b, t + 1 - order, order, t});
  }
}

template <class S>
Matrix<S> columns_of(const Matrix<S>& matrix, const std::vector<Index>& columns) {
  Matrix<S> chosen(matrix.rows(), static_cast<Index>(columns.size()));
  for (Index j = 0; j < chosen.cols(); ++j) chosen.col(j) = matrix.col(columns[static_cast<std::size_t>(j)]);
  return chosen;
}

/// target.col(columns[j]) += values.col(j).
template <class S>
void add_to_columns(const Matrix<S>& values, const std::vector<Index>& columns, Matrix<S>& target) {
  for (Index j = 0; j < values.cols(); ++j) target.col(columns[static_cast<std::size_t>(j)]) += values.col(j);
}

template <class S>
Targets<S> targets_of(const Targets<S>& all, const std::vector<Index>& columns) {
  Targets<S> chosen;
  if (all.frames.size() > 0) chosen.frames = columns_of(all.frames, columns);
  if (!all.symbols.empty()) {
    for (const Index c : columns) chosen.symbols.push_back(all.symbols[static_cast<std::size_t>(c)]);
  }
  if (all.weights.size() > 0) {
    chosen.weights.resize(static_cast<Index>(columns.size()));
    for (std::size_t j = 0; j < columns.size(); ++j) chosen.weights(static_cast<Index>(j)) = all.weights(columns[j]);
  }
  return chosen;
}

/// One pass of the truncated model: its windows, what it read and what it is to say.
template <class S>
struct Pass {
  TruncatedWindows windows;
  Targets<S> targets;
  double weight;
};

template <class S>
Pass<S> forward(const SequenceModel<S>& model, const Batch<S>& batch, Index order, const Masks<S>& masks,
                Workspace<S>& work) {
  Pass<S> pass;
  pass.windows = truncated_windows(batch.packing, batch.targets.weights, order);
  pass.targets = targets_of(batch.targets, pass.windows.scored);
  Matrix<S> x = model.inputs(batch);
  if (masks.input.size() > 0) x.array() *= masks.input.array();
  work.x = columns_of(x, pass.windows.source);
  if (!work.tape) work.tape = model.layers().make_tape();
  work.tape->masks.clear();
  for (const auto& mask : masks.between) work.tape->masks.push_back(columns_of(mask, pass.windows.source));
  Matrix<S> h;
  model.layers().forward(pass.windows.packing, work.x, model.zero_state(pass.windows.packing.batch()), *work.tape, h,
                         nullptr);
  work.h = columns_of(h, pass.windows.last);
  if (masks.output.size() > 0) work.h.array() *= columns_of(masks.output, pass.windows.scored).array();
  pass.weight = pass.targets.weights.size() > 0 ? static_cast<double>(pass.targets.weights.sum())
                                                : static_cast<double>(pass.windows.scored.size());
  return pass;
}

}  // namespace

template <class S>
TruncatedWindows truncated_windows(const Packing& packing, const Vector<S>& weights, Index order) {
  if (order < 1) throw UsageError("a truncated model reads at least one input: the order must be at least 1");
  std::vector<Run> runs;
  for (Index b = 0; b < packing.batch(); ++b) append_runs(packing, weights, order, b, runs);
  if (runs.empty()) throw UsageError("no step of the batch has a weight in the loss");
  std::stable_sort(runs.begin(), runs.end(), [](const Run& a, const Run& b) { return a.length > b.length; });
  std::vector<Index> lengths;
  for (const Run& run : runs) lengths.push_back(run.length);
  TruncatedWindows windows;
  windows.packing = Packing(lengths);
  for (Index step = 0; step < windows.packing.steps(); ++step) {
    for (Index r = 0; r < windows.packing.width(step); ++r) {
      const Run& run = runs[static_cast<std::size_t>(r)];
      const Index t = run.begin + step, column = packing.column(run.sequence, t);
      windows.source.push_back(column);
      if (t < run.first_scored || (weights.size() > 0 && weights(column) == S(0))) continue;
      windows.last.push_back(windows.packing.column(r, step));
      windows.scored.push_back(column);
    }
  }
  return windows;
}

template <class S>
LossSum evaluate_truncated(const SequenceModel<S>& model, const Batch<S>& batch, Index order, Workspace<S>& work) {
  const Pass<S> pass = forward(model, batch, order, {}, work);
  return {model.decoder().evaluate(work.h, pass.targets), pass.weight};
}

template <class S>
LossSum differentiate_truncated(const SequenceModel<S>& model, const Batch<S>& batch, Index order,
                                const Masks<S>& masks, Workspace<S>& work, Gradients<S>& gradients) {
  const Pass<S> pass = forward(model, batch, order, masks, work);
  const double sum = model.decoder().differentiate(work.h, pass.targets, static_cast<S>(1.0 / pass.weight),
                                                   gradients.decoder(), work.d_h, work.z);
  if (masks.output.size() > 0) work.d_h.array() *= columns_of(masks.output, pass.windows.scored).array();
  Matrix<S> d_output = Matrix<S>::Zero(work.d_h.rows(), pass.windows.packing.columns());
  add_to_columns(work.d_h, pass.windows.last, d_output);
  const bool symbolic = model.spec().symbols > 0;
  model.layers().backward(pass.windows.packing, work.x, model.zero_state(pass.windows.packing.batch()), *work.tape,
                          d_output, gradients.layers(), symbolic ? &work.d_x : nullptr, nullptr);
  if (symbolic) {
    Matrix<S> d_x = Matrix<S>::Zero(work.d_x.rows(), batch.packing.columns());
    add_to_columns(work.d_x, pass.windows.source, d_x);
    if (masks.input.size() > 0) d_x.array() *= masks.input.array();
    gradients.set_embedding(embed_gradient<S>(model.encoder(), batch.symbols, model.spec().window, d_x));
  }
  return {sum, pass.weight};
}

template TruncatedWindows truncated_windows(const Packing&, const Vector<float>&, Index);
template TruncatedWindows truncated_windows(const Packing&, const Vector<double>&, Index);
template LossSum evaluate_truncated(const SequenceModel<float>&, const Batch<float>&, Index, Workspace<float>&);
template LossSum evaluate_truncated(const SequenceModel<double>&, const Batch<double>&, Index, Workspace<double>&);
template LossSum differentiate_truncated(const SequenceModel<float>&, const Batch<float>&, Index, const Masks<float>&,
                                         Workspace<float>&, Gradients<float>&);
template LossSum differentiate_truncated(const SequenceModel<double>&, const Batch<double>&, Index,
                                         const Masks<double>&, Workspace<double>&, Gradients<double>&);

}  // namespace unrecur
