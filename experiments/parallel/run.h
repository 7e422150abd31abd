#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/execution.h"
#include "models/layers/cell.h"
#include "theory/certificates/input_set.h"
#include "theory/curvature/sweep_promise.h"

namespace unrecur {

/// How the states of a recurrence along a sequence are computed: one after the other (models/parallel/chunked.h), by
/// sweeps over all steps at once (models/parallel/time_sweeps.h), or by parts of the sequence side by side.
enum class RunMethod { sequential, jacobi, newton, chunked, quasi_newton };

/// Throws UsageError that lists the names.
RunMethod run_method_named(std::string_view name);
std::string_view name_of(RunMethod method);

struct RunOptions {
  std::vector<RunMethod> methods{RunMethod::sequential};
  double epsilon = 1e-6;          ///< ‖s_t − s*_t‖₂ that is asked for at every step, s* the recurrence; above 0
  std::optional<Index> chunks{};  ///< parts of each sequence; nothing chooses by warm-up and length
  Index most_sweeps = 1000;       ///< where nothing is proved: after so many the run is given up
  bool compare = true;            ///< whether to run sequentially too, and measure the errors
  ExecutionContext execution{};
};

/// What a proved rate says before the run: so many sweeps, or steps to warm up, are enough for the error, which is at
/// most ε. For sequences of any length; those of T steps need no more than T.
struct RunPromise {
  Index jacobi = 0, newton = 0;
  Index warm_up = 0;
  UpperBound error{0.0, Rigour::proved};
  Certificate certificate;

  Index sweeps() const { return jacobi + newton; }
};

/// Why a run ended.
enum class RunStop {
  done,      ///< every step was computed once
  promised,  ///< as many sweeps, or steps to warm up, as were promised
  residual,  ///< the residual ‖φ(S) − S‖ and the proved rate show an error of at most ε, in floating point
  change,    ///< nothing is proved: the last sweep moved no state by more than ε; parts meet within ε
  whole_sequence,  ///< as many sweeps as there are steps: exact but for rounding
  given_up,        ///< nothing is proved, and it did not settle: the states are those of the sequential run
};
std::string_view name_of(RunStop stop);

/// One method on all sequences: numbers are the largest over them.
struct MethodRun {
  RunMethod method = RunMethod::sequential;
  std::optional<RunPromise> promised{};  ///< nothing where no rate below 1 is proved, or none bounds the states
  Index jacobi = 0, newton = 0;          ///< sweeps done
  Index chunks = 0, warm_up = 0;
  RunStop stopped = RunStop::done;
  std::optional<double> error{};  ///< measured: the largest ‖s_t − s*_t‖₂ against the sequential run
  std::optional<Index> needed{};  ///< measured: the first sweep after which that was at most ε
  double seconds = 0.0;           ///< wall time, without measuring errors

  Index sweeps() const { return jacobi + newton; }
};

struct ParallelRun {
  double epsilon = 0.0;
  std::vector<MethodRun> runs{};               ///< in the order asked for
  std::vector<Matrix<double>> states{};        ///< of the first of them: state × T for each sequence
  std::optional<double> sequential_seconds{};  ///< of the run that the others are compared with
  double proof_seconds = 0.0;                  ///< what the promises took
};

/// Runs a recurrence from the zero state along sequences of its inputs, m × T each, which all belong to the set, by
/// each of the methods. Promises are those of promise_jacobi and promise_newton (theory/curvature/sweep_promise.h) for
/// the certificates that check() finds; no run goes beyond its promise. Without one a run ends by a measured rule, and
/// nothing is known of its error but what is measured. The quasi-Newton method has no promise; where a rate is proved
/// it ends by the residual, which then shows the error.
///
/// Throws UsageError where there are no methods or sequences, or they have another size; Interrupted where a stop is
/// asked for. Costs a check where another method than sequential is asked for, and the runs.
ParallelRun run_recurrence(const Cell<double>& cell, std::span<const Matrix<double>> sequences, const InputSet& inputs,
                           const RunOptions& options = {});

}  // namespace unrecur
