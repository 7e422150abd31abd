#include "experiments/twins/fit.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/errors.h"
#include "base/expected.h"
#include "base/named.h"
#include "experiments/support/random.h"
#include "models/arrays/product.h"
#include "models/parallel/chunked.h"
#include "models/truncation/orders.h"
#include "theory/check/check.h"

namespace unrecur {
namespace {

constexpr std::string_view kFamilies[] = {"truncated", "fir", "volterra", "tcn"};
constexpr Index kFewestSteps = 8;

/// 1, 2, 4, … and the largest.
std::vector<Index> orders_up_to(Index largest) {
  std::vector<Index> orders;
  for (Index k = 1; k < largest; k *= 2) orders.push_back(k);
  orders.push_back(largest);
  return orders;
}

/// What the teacher does along one sequence, and where its held-out part begins.
struct Lesson {
  const Matrix<double>* x;
  Matrix<double> states, outputs;
  Index held_out;
};

/// Sums over held-out steps.
struct HeldOutSums {
  double squares = 0.0, largest = 0.0, state = 0.0, loss = 0.0;

  void add(const Matrix<double>& difference) {
    squares += difference.squaredNorm();
    largest = std::max(largest, std::sqrt(difference.colwise().squaredNorm().maxCoeff()));
  }
};

class Fitting {
 public:
  Fitting(const TwinTeacher& teacher, std::span<const Matrix<double>> sequences, const FitOptions& options)
      : teacher_(teacher), options_(options), orders_(orders_up_to(options.largest_order)) {
    fit_.epsilon = options.epsilon;
    double squares = 0.0;
    for (const Matrix<double>& x : sequences) {
      options.execution.poll();
      Lesson lesson{&x, sequential_states(*teacher.cell, x), {}, 0};
      lesson.outputs = teacher.outputs_of(lesson.states);
      const double share = options.held_out * static_cast<double>(x.cols());
      lesson.held_out = x.cols() - std::clamp<Index>(static_cast<Index>(share), 1, x.cols() - 1);
      squares += held_out(lesson, lesson.outputs).squaredNorm();
      fit_.fitted_steps += lesson.held_out;
      fit_.held_out_steps += x.cols() - lesson.held_out;
      lessons_.push_back(std::move(lesson));
    }
    fit_.output_rms = std::sqrt(squares / static_cast<double>(fit_.held_out_steps));
    if (options.targets.empty()) return;
    double loss = 0.0;
    for (std::size_t s = 0; s < lessons_.size(); ++s) loss += loss_of(s, held_out(lessons_[s], lessons_[s].outputs));
    fit_.teacher_loss = loss / static_cast<double>(fit_.held_out_steps);
  }

  TwinFit run() {
    for (const TwinFamily family : options_.families) {
      if (family == TwinFamily::truncated) {
        truncations();
      } else if (family == TwinFamily::tcn) {
        networks();
      } else {
        window_models(family);
      }
    }
    choose();
    return std::move(fit_);
  }

 private:
  static Matrix<double> held_out(const Lesson& lesson, const ConstMatrixRef<double>& columns) {
    return columns.rightCols(lesson.x->cols() - lesson.held_out);
  }

  double loss_of(std::size_t s, const Matrix<double>& outputs) const {
    return 0.5 * (outputs - held_out(lessons_[s], options_.targets[s])).squaredNorm();
  }

  void add(FittedTwin twin, const HeldOutSums& measure) {
    const double rms = std::sqrt(measure.squares / static_cast<double>(fit_.held_out_steps));
    twin.error = rms > 0.0 ? rms / fit_.output_rms : 0.0;
    twin.largest_gap = measure.largest;
    if (fit_.teacher_loss) twin.loss = measure.loss / static_cast<double>(fit_.held_out_steps);
    fit_.twins.push_back(std::move(twin));
  }

  void truncations() {
    const Cell<double>& cell = *teacher_.cell;
    const LayerReport report =
        check(cell, {.inputs = options_.inputs, .explain = false, .execution = options_.execution});
    std::optional<GapBound> bound;
    if (report.best() != nullptr) bound = promised_gap(*report.best()->certificate, report.states);
    std::vector<HeldOutSums> measures(orders_.size());
    for (std::size_t s = 0; s < lessons_.size(); ++s) {
      const Lesson& lesson = lessons_[s];
      TruncationSweep<double> sweep(cell, *lesson.x);
      for (std::size_t i = 0; i < orders_.size(); ++i) {
        options_.execution.poll();
        while (sweep.order() < orders_[i]) sweep.forward_step();
        const Matrix<double> states = held_out(lesson, sweep.states());
        const Matrix<double> outputs = teacher_.outputs_of(states);
        measures[i].add(outputs - held_out(lesson, lesson.outputs));
        const double gap = std::sqrt((states - held_out(lesson, lesson.states)).colwise().squaredNorm().maxCoeff());
        measures[i].state = std::max(measures[i].state, gap);
        if (fit_.teacher_loss) measures[i].loss += loss_of(s, outputs);
      }
    }
    Index weights = 0, products = 0;
    for (const auto& p : cell.parameters()) {
      weights += p.value.size();
      products += p.rank == 2 ? p.value.size() : 0;
    }
    const Index head = teacher_.head ? teacher_.head->weight.size() : 0;
    for (std::size_t i = 0; i < orders_.size(); ++i) {
      FittedTwin twin{.family = TwinFamily::truncated,
                      .order = orders_[i],
                      .state_gap = measures[i].state,
                      .parameters = weights + head + (teacher_.head ? teacher_.head->bias.size() : 0),
                      .multiply_adds = orders_[i] * products + head};
      if (bound && bound->at_zero.value < kInfinity) twin.bound = bound->at(orders_[i]);
      add(std::move(twin), measures[i]);
    }
  }

  void window_models(TwinFamily family) {
    const Index m = teacher_.cell->shape().input;
    std::vector<Index> orders;
    const Index taps = family == TwinFamily::volterra ? most_taps(m, orders_.back(), options_.most_features / 2) : 0;
    if (family == TwinFamily::volterra && taps == 0) {
      return leave_out(family, "even the products of one step's " + std::to_string(m) + " inputs are too many");
    }
    for (const Index k : orders_) {
      if (1 + quadratic_features(m, std::min(k, taps)) + k * m <= options_.most_features) orders.push_back(k);
    }
    if (orders.size() < orders_.size()) {
      leave_out(family, "orders above " + std::to_string(orders.empty() ? 0 : orders.back()) + " have more than " +
                            std::to_string(options_.most_features) + " features");
    }
    std::vector<WindowExample> examples;
    for (const Lesson& lesson : lessons_) examples.push_back({lesson.x, &lesson.outputs, 0, lesson.held_out});
    // Orders of fewer steps than there are taps have products of their own.
    for (auto at = orders.begin(); at != orders.end();) {
      const Index own = std::min(*at, taps);
      const auto end = own < taps ? at + 1 : orders.end();
      for (WindowModel& model :
           fit_window_models(examples, std::span<const Index>(at, end), own, options_.ridge, options_.execution)) {
        measure(family, std::move(model));
      }
      at = end;
    }
  }

  /// The largest power of two up to the largest order, and its quarters.
  std::vector<Index> network_orders() const {
    Index largest = 1;
    while (2 * largest <= options_.largest_order) largest *= 2;
    std::vector<Index> orders;
    for (Index k = largest; k >= 2; k /= 4) orders.insert(orders.begin(), k);
    return orders;
  }

  /// What the teacher says where every input is moved by a twentieth of its size, so that a network learns more than
  /// one path.
  std::vector<Lesson> perturbed_lessons(std::vector<Matrix<double>>& inputs) const {
    RandomStream random(options_.tcn.seed, "perturbed inputs");
    inputs.clear();
    for (const Lesson& lesson : lessons_) {
      Matrix<double> x = lesson.x->leftCols(lesson.held_out);
      const Vector<double> size = 0.05 * (x.rowwise().squaredNorm() / static_cast<double>(x.cols())).cwiseSqrt();
      for (Index t = 0; t < x.cols(); ++t) {
        for (Index i = 0; i < x.rows(); ++i) x(i, t) += size(i) * random.normal();
      }
      inputs.push_back(std::move(x));
    }
    std::vector<Lesson> perturbed;
    for (const Matrix<double>& x : inputs) {
      const Matrix<double> states = sequential_states(*teacher_.cell, x);
      perturbed.push_back({&x, {}, teacher_.outputs_of(states), x.cols()});
    }
    return perturbed;
  }

  void networks() {
    std::vector<Matrix<double>> inputs;
    const std::vector<Lesson> perturbed = perturbed_lessons(inputs);
    std::vector<WindowExample> examples;
    Index longest = 0;
    for (const std::vector<Lesson>* lessons : {&std::as_const(lessons_), &perturbed}) {
      for (const Lesson& lesson : *lessons) {
        examples.push_back({lesson.x, &lesson.outputs, 0, lesson.held_out});
        longest = std::max(longest, lesson.held_out);
      }
    }
    for (const Index order : network_orders()) {
      if (longest <= order) {
        leave_out(TwinFamily::tcn, "no sequence has more than " + std::to_string(order) + " steps to be fitted to");
        continue;
      }
      FittedTwin twin{.family = TwinFamily::tcn, .order = order};
      twin.network = train_tcn(examples, order, options_.tcn, options_.execution);
      for_each_weight(*twin.network, [&](const std::string&, const Matrix<float>& weight, int rank) {
        twin.parameters += weight.size();
        twin.multiply_adds += rank == 2 ? weight.size() : 0;
      });
      HeldOutSums measure;
      for (std::size_t s = 0; s < lessons_.size(); ++s) {
        add_outputs(measure, s, held_out(lessons_[s], predict_network(*twin.network, *lessons_[s].x)));
      }
      add(std::move(twin), measure);
    }
  }

  void add_outputs(HeldOutSums& measure, std::size_t s, const Matrix<double>& outputs) const {
    measure.add(outputs - held_out(lessons_[s], lessons_[s].outputs));
    if (fit_.teacher_loss) measure.loss += loss_of(s, outputs);
  }

  void measure(TwinFamily family, WindowModel model) {
    HeldOutSums measure;
    for (std::size_t s = 0; s < lessons_.size(); ++s) {
      add_outputs(measure, s, held_out(lessons_[s], model.predict(*lessons_[s].x)));
    }
    FittedTwin twin{.family = family,
                    .order = model.order,
                    .parameters = model.parameters(),
                    .multiply_adds = model.multiply_adds()};
    twin.model = std::move(model);
    add(std::move(twin), measure);
  }

  void leave_out(TwinFamily family, const std::string& why) {
    fit_.left_out.push_back(std::string(name_of(family)) + ": " + why);
  }

  void choose() {
    for (std::size_t i = 0; i < fit_.twins.size(); ++i) {
      if (!(fit_.twins[i].error <= fit_.epsilon)) continue;
      if (fit_.cheapest && fit_.twins[*fit_.cheapest].multiply_adds <= fit_.twins[i].multiply_adds) continue;
      fit_.cheapest = i;
    }
  }

  const TwinTeacher& teacher_;
  const FitOptions& options_;
  std::vector<Index> orders_;
  std::vector<Lesson> lessons_;
  TwinFit fit_;
};

void require_sensible_fit(const TwinTeacher& teacher, std::span<const Matrix<double>> sequences,
                          const FitOptions& options) {
  if (teacher.cell == nullptr) throw UsageError("a twin needs a teacher");
  const CellShape shape = teacher.cell->shape();
  if (teacher.head &&
      (teacher.head->weight.cols() != shape.output || teacher.head->bias.size() != teacher.head->weight.rows())) {
    throw UsageError(
        expected_but_found("a head that reads " + std::to_string(shape.output) + " outputs of the recurrence",
                           teacher.head->weight.cols()));
  }
  if (sequences.empty() || options.families.empty()) throw UsageError("a twin needs sequences and a family");
  if (options.largest_order < 1) throw UsageError(expected_but_found("an order of at least 1", options.largest_order));
  if (!(options.held_out > 0.0 && options.held_out < 1.0)) {
    throw UsageError(expected_but_found("a held-out share above 0 and below 1", options.held_out));
  }
  if (!(options.ridge >= 0.0)) throw UsageError(expected_but_found("a ridge of at least 0", options.ridge));
  for (std::size_t s = 0; s < sequences.size(); ++s) {
    const Matrix<double>& x = sequences[s];
    if (x.rows() != shape.input) {
      throw UsageError(expected_but_found("sequences of " + std::to_string(shape.input) + " inputs", x.rows()));
    }
    if (x.cols() < kFewestSteps) {
      throw UsageError(
          expected_but_found("sequences of at least " + std::to_string(kFewestSteps) + " steps", x.cols()));
    }
    if (options.targets.empty()) continue;
    if (options.targets.size() != sequences.size() || options.targets[s].rows() != teacher.outputs() ||
        options.targets[s].cols() != x.cols()) {
      throw UsageError("targets must have " + std::to_string(teacher.outputs()) +
                       " numbers for each step of each sequence");
    }
  }
}

}  // namespace

TwinFamily twin_family_named(std::string_view name) {
  for (std::size_t i = 0; i < std::size(kFamilies); ++i) {
    if (kFamilies[i] == name) return static_cast<TwinFamily>(i);
  }
  throw UsageError("unknown family '" + std::string(name) + "'; known are " + join_names(kFamilies));
}

std::string_view name_of(TwinFamily family) {
  return kFamilies[static_cast<std::size_t>(family)];
}

Matrix<double> TwinTeacher::outputs_of(const ConstMatrixRef<double>& states) const {
  const Matrix<double> h = cell->output_of(states);
  if (!head) return h;
  Matrix<double> y = head->weight * h;
  y.colwise() += head->bias.col(0);
  return y;
}

std::optional<Index> TwinFit::smallest_order(TwinFamily family) const {
  std::optional<Index> smallest;
  for (const FittedTwin& twin : twins) {
    if (twin.family == family && twin.error <= epsilon && (!smallest || twin.order < *smallest)) smallest = twin.order;
  }
  return smallest;
}

TwinFit fit_twins(const TwinTeacher& teacher, std::span<const Matrix<double>> sequences, const FitOptions& options) {
  require_sensible_fit(teacher, sequences, options);
  const OneThreadIfSmall threads(teacher.cell->shape().state);
  return Fitting(teacher, sequences, options).run();
}

}  // namespace unrecur
