#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "base/errors.h"
#include "experiments/data/source.h"
#include "experiments/tasks/harmony.h"
#include "experiments/tasks/make_task.h"
#include "tests/support/real_data.h"
#include "tests/support/reference_svd.h"
#include "tests/support/temporary_folder.h"

namespace unrecur {
namespace {

Task make(std::string_view name, const TaskOptions& options = {}) {
  return make_task(name, options, DataSource());
}

bool same(const Matrix<float>& a, const Matrix<float>& b) {
  return a.rows() == b.rows() && a.cols() == b.cols() && a == b;
}

bool same(const Sequence& a, const Sequence& b) {
  return same(a.frames, b.frames) && a.symbols == b.symbols && same(a.targets, b.targets) &&
         a.target_symbols == b.target_symbols && a.weights == b.weights;
}

class Synthetic : public ::testing::TestWithParam<const char*> {};

TEST_P(Synthetic, IsConsistentAndNeedsNoFiles) {
  const Task task = make(GetParam());
  EXPECT_EQ(task.name, GetParam());
  EXPECT_NO_THROW(require_consistent(task));
  EXPECT_EQ(file_of_task(GetParam()), "");
}

TEST_P(Synthetic, TheSeedDecidesEverything) {
  const Task task = make(GetParam(), {.seed = 5});
  const Task again = make(GetParam(), {.seed = 5});
  const Task other = make(GetParam(), {.seed = 6});
  ASSERT_EQ(task.train.size(), again.train.size());
  for (std::size_t i = 0; i < task.train.size(); ++i) EXPECT_TRUE(same(task.train[i], again.train[i]));
  EXPECT_FALSE(same(task.train[0], other.train[0]));
  EXPECT_FALSE(same(task.train[0], task.train[1]));
  EXPECT_FALSE(same(task.train[0], task.valid[0]));
  EXPECT_FALSE(same(task.valid[0], task.test[0]));
}

INSTANTIATE_TEST_SUITE_P(All, Synthetic, ::testing::Values("teacher", "chorale", "grammar", "copy", "adding"));

TEST(MakeTask, KnowsItsNames) {
  EXPECT_EQ(task_names(), (std::vector<std::string>{"teacher", "chorale", "grammar", "copy", "adding", "jsb",
                                                    "nottingham", "piano-midi", "musedata"}));
  EXPECT_EQ(file_of_task("jsb-chorales"), "music/jsb-chorales.json");
  for (const char* unknown : {"bach", "", "atis"}) {
    try {
      make(unknown);
      ADD_FAILURE() << unknown;
    } catch (const UsageError& error) {
      EXPECT_NE(std::string(error.what()).find("known are teacher, chorale"), std::string::npos) << error.what();
    }
  }
  EXPECT_THROW(make("jsb"), FileError);
}

TEST(MakeTask, SplitsDoNotDependOnTheirSizes) {
  TaskOptions few;
  few.adding.sizes = {3, 2, 1};
  const Task small = make("adding", few);
  const Task large = make("adding");
  EXPECT_TRUE(same(small.train[2], large.train[2]));
  EXPECT_TRUE(same(small.test[0], large.test[0]));
}

TEST(PianoTask, PredictsTheNextFrame) {
  const PieceSet pieces{{{{60}, {62}, {}}, {{64}}}, {{{60}, {61}}}, {{{60}, {61}}}};
  const Task task = make_piano_task("mine", pieces, "here");
  ASSERT_EQ(task.train.size(), 1U) << "one step predicts nothing";
  const Sequence& s = task.train[0];
  EXPECT_EQ(s.steps(), 2);
  EXPECT_EQ(s.frames(60 - 21, 0), 1.0F);
  EXPECT_EQ(s.targets(62 - 21, 0), 1.0F);
  EXPECT_EQ(s.frames.col(1), s.targets.col(0));
  EXPECT_EQ(s.targets.col(1).sum(), 0.0F);
  EXPECT_EQ(task.target, TargetKind::bernoulli);
  EXPECT_TRUE(std::isnan(task.reference_loss));
}

TEST(PianoTask, ReadsTheRealSet) {
  const auto folder = testing::real_data();
  if (!folder) GTEST_SKIP() << testing::no_real_data;
  const Task task = make_task("jsb-chorales", {}, DataSource(*folder));
  EXPECT_EQ(task.name, "jsb");
  EXPECT_EQ(task.train.size(), 229U);
  Index steps = 0;
  for (const Sequence& s : task.test) steps += s.steps();
  EXPECT_EQ(steps, 4725 - 77);
}

TEST(Teacher, IsWhatItSays) {
  const TeacherOptions options{.input = 3, .state = 12, .output = 2, .rate = 0.7};
  const Teacher teacher = make_teacher(options, 1);
  EXPECT_NEAR(testing::largest_singular_value(teacher.w), 0.7, 1e-12);

  // Its targets, less the noise, are those of the recurrence; the noise costs what the reference loss says.
  const Task task = make_teacher_task(options, 1);
  double loss = 0.0;
  double steps = 0.0;
  for (const Sequence& s : task.train) {
    Vector<double> h = Vector<double>::Zero(12);
    for (Index t = 0; t < s.steps(); ++t) {
      EXPECT_LE(s.frames.col(t).cwiseAbs().maxCoeff(), 1.0F);
      const Vector<double> a = teacher.w * h + teacher.u * s.frames.col(t).cast<double>() + teacher.b;
      h = a.array().tanh().matrix();
      loss += 0.5 * (s.targets.col(t).cast<double>() - teacher.c * h).squaredNorm();
      steps += 1.0;
    }
  }
  // The loss of a step has mean pσ²/2 and variance pσ⁴/2.
  const double sigma = 0.01 * std::sqrt(2 * 0.5 / steps);
  EXPECT_NEAR(loss / steps, task.reference_loss, 5 * sigma);

  TeacherOptions exact = options;
  exact.noise = 0.0;
  EXPECT_EQ(make_teacher_task(exact, 1).reference_loss, 0.0);
}

TEST(Teacher, RefusesNonsense) {
  EXPECT_THROW(make_teacher({.rate = 1.0}, 1), UsageError);
  EXPECT_THROW(make_teacher({.rate = -0.1}, 1), UsageError);
  EXPECT_THROW(make_teacher({.rate = std::nan("")}, 1), UsageError);
  EXPECT_THROW(make_teacher({.state = 0}, 1), UsageError);
  EXPECT_THROW(make_teacher({.noise = -1.0}, 1), UsageError);
  EXPECT_THROW(make_teacher_task({.sizes = {10, 0, 10}}, 1), UsageError);
}

TEST(CopyMemory, RepeatsWhatItShows) {
  const Task task = make_copy_memory_task({.letters = 4, .length = 3, .delay = 5, .sizes = {50, 1, 1}}, 2);
  EXPECT_EQ(task.input_size, 6);
  std::map<int, int> letters;
  for (const Sequence& s : task.train) {
    ASSERT_EQ(s.steps(), 11);
    for (std::size_t t = 0; t < 11; ++t) {
      EXPECT_EQ(s.symbols[t] < 4, t < 3);
      EXPECT_EQ(s.symbols[t] == 5, t == 7);
      EXPECT_EQ(s.target_symbols[t], t < 8 ? 4 : s.symbols[t - 8]);
    }
    ++letters[s.symbols[0]];
  }
  EXPECT_EQ(letters.size(), 4U);
  EXPECT_THROW(make_copy_memory_task({.letters = 0}, 1), UsageError);
  EXPECT_THROW(make_copy_memory_task({.delay = 0}, 1), UsageError);
}

TEST(Adding, SumsTheMarked) {
  for (const Index steps : {2, 3, 50}) {
    const Task task = make_adding_task({.steps = steps, .sizes = {500, 1, 1}}, 3);
    double baseline = 0.0;
    for (const Sequence& s : task.train) {
      EXPECT_EQ(s.frames.row(1).sum(), 2.0F);
      EXPECT_EQ(s.frames.row(1).head(steps / 2).sum(), 1.0F);
      EXPECT_NEAR(s.targets(0, steps - 1), s.frames.row(0).dot(s.frames.row(1)), 1e-6);
      EXPECT_EQ(s.weight(), 1.0);
      EXPECT_EQ(s.weights.back(), 1.0F);
      baseline += 0.5 * std::pow(s.targets(0, steps - 1) - 1.0, 2) / 500;
    }
    EXPECT_NEAR(baseline, 1.0 / 12.0, 0.025);
  }
  EXPECT_THROW(make_adding_task({.steps = 1}, 1), UsageError);
}

TEST(Chorale, PiecesAreMusicalFrames) {
  const PieceSet set = make_chorales({}, 1);
  EXPECT_EQ(set.train.size() + set.valid.size() + set.test.size(), 60U);
  // What the reader of the music sets accepts: pitches in range, ascending.
  const PieceSet read = parse_pieces(format_pieces(set), "chorale");
  EXPECT_EQ(read.train, set.train);
  for (const Piece& piece : set.train) {
    EXPECT_TRUE(piece.size() >= 40 && piece.size() <= 80 && piece.size() % 8 == 0) << piece.size();
    EXPECT_EQ(piece[piece.size() - 1], piece[piece.size() - 2]) << "the last chord is held";
    for (const Step& step : piece) EXPECT_EQ(step.size(), 4U);
  }
}

TEST(Chorale, VoicesMoveLittle) {
  double moved = 0.0;
  int moves = 0;
  for (const Piece& piece : make_chorales({}, 1).train) {
    for (std::size_t t = 1; t < piece.size(); ++t) {
      for (std::size_t voice = 0; voice < 4; ++voice, ++moves) moved += std::abs(piece[t][voice] - piece[t - 1][voice]);
    }
  }
  // Independent draws from the voices' ranges would move by about a third of an octave and a half, 6.7 semitones.
  EXPECT_LT(moved / moves, 3.0);
  EXPECT_GT(moved / moves, 0.5);
}

TEST(Chorale, EveryTriadOfEveryKeyCanBeSet) {
  RandomStream random(1);
  for (int i = 0; i < 100; ++i) {
    const Key key = draw_key(random);
    Voicing before = middle_of_ranges;
    for (int degree = 0; degree < 7; ++degree) {
      const Voicing v = set_chord(key, degree, before, random);
      int thirds = 0;
      for (std::size_t voice = 0; voice < 4; ++voice) {
        const int tone = v[voice] % 12;
        const bool third = tone == key.pitch_class(degree + 2);
        thirds += third ? 1 : 0;
        EXPECT_TRUE(third || tone == key.pitch_class(degree) || tone == key.pitch_class(degree + 4));
        EXPECT_TRUE(voice == 0 || v[voice - 1] < v[voice]);
      }
      EXPECT_GE(thirds, 1);
      before = v;
    }
  }
}

TEST(Chorale, ProgressionsFillTheirPhrases) {
  RandomStream random(2);
  for (int phrases = 1; phrases <= 10; ++phrases) {
    int steps = 0;
    for (const Chord& chord : draw_progression(phrases, random)) steps += chord.steps;
    EXPECT_EQ(steps, phrases * steps_per_phrase);
  }
}

TEST(RequireConsistent, FindsEachFault) {
  const Task good = make_adding_task({.steps = 4, .sizes = {2, 1, 1}}, 1);
  const auto with = [&](auto change) {
    Task task = good;
    change(task);
    return task;
  };
  EXPECT_THROW(require_consistent(with([](Task& t) { t.valid.clear(); })), UsageError);
  EXPECT_THROW(require_consistent(with([](Task& t) { t.input_size = 3; })), UsageError);
  EXPECT_THROW(require_consistent(with([](Task& t) { t.target_size = 2; })), UsageError);
  EXPECT_THROW(require_consistent(with([](Task& t) { t.train[1].weights.pop_back(); })), UsageError);
  EXPECT_THROW(require_consistent(with([](Task& t) { t.train[1].targets.resize(1, 0); })), UsageError);
  EXPECT_THROW(require_consistent(with([](Task& t) { t.input = InputKind::symbols; })), UsageError);
  Task copy = make_copy_memory_task({.sizes = {1, 1, 1}}, 1);
  copy.test[0].symbols[3] = 10;
  EXPECT_THROW(require_consistent(copy), UsageError);
  copy.test[0].symbols[3] = 0;
  copy.test[0].target_symbols[3] = -1;
  EXPECT_THROW(require_consistent(copy), UsageError);
}

}  // namespace
}  // namespace unrecur
