#include "experiments/tasks/teacher.h"

#include <cmath>

#include "theory/arithmetic/eigen.h"

namespace unrecur {
namespace {

Matrix<double> normal_matrix(Index rows, Index cols, double deviation, RandomStream random) {
  Matrix<double> matrix(rows, cols);
  for (Index j = 0; j < cols; ++j) {
    for (Index i = 0; i < rows; ++i) matrix(i, j) = deviation * random.normal();
  }
  return matrix;
}

Sequence make_sequence(const Teacher& teacher, const TeacherOptions& options, RandomStream& random) {
  Sequence sequence;
  sequence.frames.resize(options.input, options.steps);
  sequence.targets.resize(options.output, options.steps);
  Vector<double> h = Vector<double>::Zero(options.state);
  for (Index t = 0; t < options.steps; ++t) {
    for (Index i = 0; i < options.input; ++i) sequence.frames(i, t) = 2.0F * random.uniform_float() - 1.0F;
    const Vector<double> x = sequence.frames.col(t).cast<double>();
    h = (teacher.w * h + teacher.u * x + teacher.b).array().tanh().matrix().eval();
    Vector<double> y = teacher.c * h;
    for (Index i = 0; i < options.output; ++i) y(i) += options.noise * random.normal();
    sequence.targets.col(t) = y.cast<float>();
  }
  return sequence;
}

}  // namespace

Teacher make_teacher(const TeacherOptions& options, std::uint64_t seed) {
  const Index m = options.input;
  const Index n = options.state;
  require_option(m >= 1 && n >= 1 && options.output >= 1, "teacher", "input, state and output must be at least 1");
  require_option(options.steps >= 1, "teacher", "steps must be at least 1");
  require_option(options.rate >= 0.0 && options.rate < 1.0, "teacher", "the rate must be at least 0 and below 1");
  require_option(options.noise >= 0.0 && std::isfinite(options.noise), "teacher", "the noise must not be negative");
  Teacher teacher;
  teacher.w = normal_matrix(n, n, 1.0, RandomStream(seed, "teacher/w"));
  teacher.w *= options.rate / right_singular(teacher.w).values(0);
  teacher.u = normal_matrix(n, m, std::sqrt(1.0 / static_cast<double>(m)), RandomStream(seed, "teacher/u"));
  teacher.b = normal_matrix(n, 1, 0.1, RandomStream(seed, "teacher/b"));
  teacher.c =
      normal_matrix(options.output, n, std::sqrt(4.0 / static_cast<double>(n)), RandomStream(seed, "teacher/c"));
  return teacher;
}

Task make_teacher_task(const TeacherOptions& options, std::uint64_t seed) {
  const Teacher teacher = make_teacher(options, seed);
  Task task;
  task.name = "teacher";
  task.input_size = options.input;
  task.target = TargetKind::squared;
  task.target_size = options.output;
  task.reference_loss = 0.5 * static_cast<double>(options.output) * options.noise * options.noise;
  task.source = "built in";
  fill_splits(task, options.sizes, seed, [&](RandomStream& random) { return make_sequence(teacher, options, random); });
  return task;
}

}  // namespace unrecur
