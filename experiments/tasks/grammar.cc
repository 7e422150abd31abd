#include "experiments/tasks/grammar.h"

#include <algorithm>
#include <cmath>

namespace unrecur {
namespace {

constexpr Index most_contexts = Index{1} << 20;

Index context_count(const GrammarOptions& options) {
  require_option(options.symbols >= 2 && options.symbols <= 1024, "grammar", "symbols must be from 2 to 1024");
  require_option(options.order >= 1, "grammar", "the order must be at least 1");
  require_option(options.strength >= 0.0 && std::isfinite(options.strength), "grammar",
                 "the strength must not be negative");
  Index count = 1;
  for (Index j = 0; j < options.order; ++j) {
    count *= options.symbols;
    require_option(count <= most_contexts, "grammar", "symbols to the power of the order must be at most 2^20");
  }
  return count;
}

/// −Σ p ln p, in nats.
template <class Derived>
double entropy(const Eigen::MatrixBase<Derived>& p) {
  double sum = 0.0;
  for (Index i = 0; i < p.size(); ++i) {
    if (p(i) > 0.0) sum -= p(i) * std::log(p(i));
  }
  return sum;
}

/// Column c of the result is the softmax of Σ_j A_j[·, j-th symbol of context c].
Matrix<double> draw_transitions(const GrammarOptions& options, Index contexts, std::uint64_t seed) {
  const Index symbols = options.symbols;
  Matrix<double> logits = Matrix<double>::Zero(symbols, contexts);
  RandomStream random(seed, "grammar/logits");
  for (Index stride = 1; stride < contexts; stride *= symbols) {
    Matrix<double> a(symbols, symbols);
    for (Index i = 0; i < a.size(); ++i) a.data()[i] = options.strength * random.normal();
    for (Index c = 0; c < contexts; ++c) logits.col(c) += a.col(c / stride % symbols);
  }
  for (Index c = 0; c < contexts; ++c) {
    logits.col(c) = (logits.col(c).array() - logits.col(c).maxCoeff()).exp().matrix().eval();
    logits.col(c) /= logits.col(c).sum();
  }
  return logits;
}

std::size_t pick(const Matrix<double>& weights, Index column, RandomStream& random) {
  const double* begin = weights.col(column).data();
  return random.pick({begin, begin + weights.rows()});
}

}  // namespace

MarkovSource::MarkovSource(const GrammarOptions& options, std::uint64_t seed)
    : symbols_(options.symbols), order_(options.order) {
  const Index contexts = context_count(options);
  transitions_ = draw_transitions(options, contexts, seed);
  stationary_ = Vector<double>::Constant(contexts, 1.0 / static_cast<double>(contexts));
  find_stationary();
  for (Index c = 0; c < contexts; ++c) entropy_rate_ += stationary_(c) * entropy(transitions_.col(c));
}

void MarkovSource::find_stationary() {
  constexpr double tolerance = 1e-14;
  constexpr int most_rounds = 100'000;
  double change = 1.0;
  for (int round = 0; round < most_rounds && change > tolerance; ++round) {
    Vector<double> next = Vector<double>::Zero(contexts());
    for (Index c = 0; c < contexts(); ++c) {
      for (Index s = 0; s < symbols_; ++s) next(next_context(c, s)) += stationary_(c) * transitions_(s, c);
    }
    next /= next.sum();
    change = (next - stationary_).lpNorm<1>();
    stationary_ = next;
  }
  require_option(change <= tolerance, "grammar", "the source mixes too slowly: choose a smaller strength");
}

double MarkovSource::block_entropy(Index length) const {
  Index blocks = 1;
  for (Index j = 0; j < length; ++j) blocks *= symbols_;
  Vector<double> marginal = Vector<double>::Zero(blocks);
  for (Index c = 0; c < contexts(); ++c) marginal(c % blocks) += stationary_(c);
  return entropy(marginal);
}

double MarkovSource::mean_entropy(Index predictions) const {
  require_option(predictions >= 1, "grammar", "at least one prediction");
  // H(s_1 … s_{whole−1} | s_0) by the chain rule, then the entropy rate for every later one.
  const Index whole = std::min(order_, predictions + 1);
  const double first = block_entropy(whole) - block_entropy(1);
  return (first + static_cast<double>(predictions + 1 - whole) * entropy_rate_) / static_cast<double>(predictions);
}

std::vector<int> MarkovSource::sample(Index length, RandomStream& random) const {
  auto context = static_cast<Index>(random.pick({stationary_.data(), stationary_.data() + stationary_.size()}));
  std::vector<int> sequence;
  for (Index stride = contexts() / symbols_; stride > 0; stride /= symbols_) {
    sequence.push_back(static_cast<int>(context / stride % symbols_));
  }
  sequence.reserve(static_cast<std::size_t>(length));
  while (static_cast<Index>(sequence.size()) < length) {
    const auto symbol = static_cast<Index>(pick(transitions_, context, random));
    sequence.push_back(static_cast<int>(symbol));
    context = next_context(context, symbol);
  }
  sequence.resize(static_cast<std::size_t>(length));
  return sequence;
}

Task make_grammar_task(const GrammarOptions& options, std::uint64_t seed) {
  require_option(options.steps >= 1, "grammar", "steps must be at least 1");
  const MarkovSource source(options, seed);
  Task task;
  task.name = "grammar";
  task.input = InputKind::symbols;
  task.input_size = options.symbols;
  task.target = TargetKind::softmax;
  task.target_size = options.symbols;
  task.reference_loss = source.mean_entropy(options.steps);
  task.source = "built in";
  fill_splits(task, options.sizes, seed, [&](RandomStream& random) {
    const std::vector<int> symbols = source.sample(options.steps + 1, random);
    Sequence sequence;
    sequence.symbols.assign(symbols.begin(), symbols.end() - 1);
    sequence.target_symbols.assign(symbols.begin() + 1, symbols.end());
    return sequence;
  });
  return task;
}

}  // namespace unrecur
