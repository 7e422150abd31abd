#include "experiments/parallel/run.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/errors.h"
#include "base/expected.h"
#include "base/named.h"
#include "experiments/parallel/swept_run.h"
#include "models/arrays/large_matrix.h"
#include "models/arrays/product.h"
#include "models/parallel/chunked.h"
#include "theory/check/check.h"

namespace unrecur {
namespace {

constexpr std::string_view kMethods[] = {"sequential", "jacobi", "newton", "chunked", "quasi_newton"};
/// The first number of steps to warm up that is tried where none is promised.
constexpr Index kFirstWarmUp = 64;

/// What is proved of the cell, once for all methods.
struct Promises {
  std::optional<SweepPromise> jacobi, newton;
  double seconds = 0.0;
};

bool asks(const RunOptions& options, RunMethod method) {
  return std::ranges::find(options.methods, method) != options.methods.end();
}

Promises promises_of(const Cell<double>& cell, const InputSet& inputs, const RunOptions& options) {
  Promises promises;
  if (std::ranges::all_of(options.methods, [](RunMethod m) { return m == RunMethod::sequential; })) return promises;
  const Stopwatch watch;
  const LayerReport report =
      check(cell, {.epsilon = options.epsilon, .inputs = inputs, .explain = false, .execution = options.execution});
  promises.jacobi = promise_jacobi(report.bounds, report.states, options.epsilon);
  if (asks(options, RunMethod::newton)) {
    promises.newton = promise_newton(cell, report.bounds, report.states, options.epsilon);
  }
  promises.seconds = watch.seconds();
  return promises;
}

RunPromise of_sweeps(const SweepPromise& promise) {
  return {
      .jacobi = promise.jacobi, .newton = promise.newton, .error = promise.error, .certificate = promise.certificate};
}

/// The same as steps to warm up: a part starts from zero that many steps earlier.
std::optional<RunPromise> of_warm_up(const std::optional<SweepPromise>& promise) {
  if (!promise) return std::nullopt;
  return RunPromise{.warm_up = promise->jacobi, .error = promise->error, .certificate = promise->certificate};
}

/// Memory for the states of a run that has been written to: its first use can take longer than the run, and is no part
/// of what methods are compared by.
Matrix<double> states_at_hand(const Cell<double>& cell, const Matrix<double>& x) {
  Matrix<double> states = large_matrix(cell.shape().state, x.cols());
  states.setZero();
  return states;
}

Matrix<double> sequential(const Cell<double>& cell, const Matrix<double>& x, double& seconds) {
  Matrix<double> states = states_at_hand(cell, x);
  const Stopwatch watch;
  sequential_states(cell, x, states);
  seconds += watch.seconds();
  return states;
}

/// One method on one sequence after the other.
class Runner {
 public:
  Runner(const Cell<double>& cell, const RunOptions& options, const Promises& promises)
      : cell_(cell), options_(options), promises_(promises) {}

  Matrix<double> run(const Matrix<double>& x, const Matrix<double>* reference, MethodRun& record) const {
    options_.execution.poll();
    switch (record.method) {
      case RunMethod::jacobi:
        return swept(x, reference, promises_.jacobi, record);
      case RunMethod::newton:
        return swept(x, reference, promises_.newton, record);
      case RunMethod::chunked:
        return chunked(x, reference, record);
      case RunMethod::quasi_newton:
        return swept(x, reference, promises_.jacobi, record);
      case RunMethod::sequential:
        break;
    }
    return sequential(cell_, x, record.seconds);
  }

 private:
  Matrix<double> swept(const Matrix<double>& x, const Matrix<double>* reference,
                       const std::optional<SweepPromise>& promise, MethodRun& record) const {
    SweptRun run(cell_, x, promise ? &*promise : nullptr, record.method, options_);
    if (run.promised()) record.promised = of_sweeps(*promise);
    Matrix<double> states = run.finish(reference);
    record.jacobi = std::max(record.jacobi, run.jacobi());
    record.newton = std::max(record.newton, run.newton());
    record.stopped = std::max(record.stopped, run.stopped());
    record.seconds += run.seconds();
    if (reference != nullptr) {
      // Of several sequences the slowest counts, and one that never got there is never.
      record.needed = run.needed() && (first_ || record.needed)
                          ? std::optional(std::max(record.needed.value_or(0), *run.needed()))
                          : std::nullopt;
      first_ = false;
    }
    return states;
  }

  Matrix<double> chunked(const Matrix<double>& x, const Matrix<double>*, MethodRun& record) const {
    record.promised = of_warm_up(promises_.jacobi);
    Matrix<double> states = states_at_hand(cell_, x);
    const Stopwatch watch;
    Index warm_up = record.promised ? record.promised->warm_up : kFirstWarmUp;
    ChunkedRun found;
    while (true) {
      warm_up = std::min(warm_up, x.cols());
      found = chunked_states(cell_, x, options_.chunks.value_or(suitable_chunks(x.cols(), warm_up)), warm_up, states);
      if (record.promised || found.mismatch <= options_.epsilon || warm_up >= x.cols()) break;
      options_.execution.poll();
      warm_up *= 2;
    }
    const bool whole = found.chunks <= 1 || found.warm_up >= x.cols();
    record.stopped = std::max(record.stopped, whole             ? RunStop::whole_sequence
                                              : record.promised ? RunStop::promised
                                                                : RunStop::change);
    record.chunks = std::max(record.chunks, found.chunks);
    record.warm_up = std::max(record.warm_up, found.warm_up);
    record.seconds += watch.seconds();
    return states;
  }

  const Cell<double>& cell_;
  const RunOptions& options_;
  const Promises& promises_;
  mutable bool first_ = true;
};

void require_sensible(const Cell<double>& cell, std::span<const Matrix<double>> sequences, const RunOptions& options) {
  if (options.methods.empty()) throw UsageError("a run needs a method");
  if (sequences.empty()) throw UsageError("a run needs at least one sequence");
  if (!(options.epsilon > 0.0) || !std::isfinite(options.epsilon)) {
    throw UsageError(expected_but_found("a finite error above 0 for a run", options.epsilon));
  }
  if (options.chunks && *options.chunks < 1) {
    throw UsageError(expected_but_found("at least one part of a sequence", *options.chunks));
  }
  for (const Matrix<double>& x : sequences) {
    if (x.rows() != cell.shape().input || x.cols() == 0) {
      throw UsageError(expected_but_found(
          "sequences of at least one step of " + std::to_string(cell.shape().input) + " inputs", x.rows()));
    }
  }
}

double largest_distance(const Matrix<double>& a, const Matrix<double>& b) {
  return std::sqrt((a - b).colwise().squaredNorm().maxCoeff());
}

}  // namespace

RunMethod run_method_named(std::string_view name) {
  for (std::size_t i = 0; i < std::size(kMethods); ++i) {
    if (kMethods[i] == name) return static_cast<RunMethod>(i);
  }
  throw UsageError("unknown method '" + std::string(name) + "'; known are " + join_names(kMethods));
}

std::string_view name_of(RunMethod method) {
  return kMethods[static_cast<std::size_t>(method)];
}

std::string_view name_of(RunStop stop) {
  constexpr std::string_view names[] = {"done", "promised", "residual", "change", "whole_sequence", "given_up"};
  return names[static_cast<std::size_t>(stop)];
}

ParallelRun run_recurrence(const Cell<double>& cell, std::span<const Matrix<double>> sequences, const InputSet& inputs,
                           const RunOptions& options) {
  require_sensible(cell, sequences, options);
  const OneThreadIfSmall threads(cell.shape().state);
  const Promises promises = promises_of(cell, inputs, options);
  ParallelRun result{.epsilon = options.epsilon, .proof_seconds = promises.seconds};
  std::vector<Matrix<double>> references;
  if (options.compare) {
    double seconds = 0.0;
    for (const Matrix<double>& x : sequences) {
      options.execution.poll();
      references.push_back(sequential(cell, x, seconds));
    }
    result.sequential_seconds = seconds;
  }
  for (const RunMethod method : options.methods) {
    MethodRun record{.method = method};
    const Runner runner(cell, options, promises);
    for (std::size_t s = 0; s < sequences.size(); ++s) {
      const Matrix<double>* reference = references.empty() ? nullptr : &references[s];
      Matrix<double> states = runner.run(sequences[s], reference, record);
      if (reference != nullptr) {
        record.error = std::max(record.error.value_or(0.0), largest_distance(states, *reference));
      }
      if (result.runs.empty()) result.states.push_back(std::move(states));
    }
    result.runs.push_back(std::move(record));
  }
  return result;
}

}  // namespace unrecur
