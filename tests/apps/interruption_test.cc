// Signals to the program itself: the first asks for a stop, which saves; without anything to save it ends the process.
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <cmath>
#include <string>

#include "models/formats/safetensors/safetensors.h"
#include "tests/apps/run_program.h"
#include "tests/support/temporary_folder.h"

namespace unrecur {
namespace {

/// Trains until the first progress line is there, then sends SIGTERM and waits.
const std::string kStopTraining =
    "rm -f said; \"$UNRECUR\" train long.toml --out run $RESUME 2>said & child=$!\n"
    "until [ -s said ]; do kill -0 $child || break; sleep 0.02; done\n"
    "kill -TERM $child; wait $child; code=$?; cat said >&2; exit $code";

TEST(Interruption, ASignalLetsTrainingSaveAndTheNextRunGoesOnFromThere) {
  const testing::TemporaryFolder folder;
  folder.write("long.toml",
               "task = \"teacher\"\ncell = \"elman\"\nhidden = 4\nepochs = 1000000\nlearning_rate = 0.01\n");
  const auto first = testing::run_shell(folder.path(), kStopTraining);
  EXPECT_EQ(first.code, 130) << first.err;
  EXPECT_NE(first.err.find("its state is saved"), std::string::npos) << first.err;
  EXPECT_TRUE(std::filesystem::exists(folder / "run/checkpoint"));
  const auto second = testing::run_shell(folder.path(), "RESUME=--resume; " + kStopTraining);
  EXPECT_EQ(second.code, 130) << second.err;
  EXPECT_NE(second.err.find("its state is saved"), std::string::npos) << second.err;
}

TEST(Interruption, AVerbWithNothingToSaveEndsAtOnce) {
  // A layer whose memory is searched for minutes.
  static constexpr Index n = 200;
  const auto waves = [](double phase) {
    Matrix<double> m(4 * n, n);
    for (Index i = 0; i < m.size(); ++i) m.data()[i] = std::sin(1.7 * static_cast<double>(i) + phase);
    return m;
  };
  const testing::TemporaryFolder folder;
  write_safetensors(
      folder / "long.safetensors",
      {"", {to_tensor<double>("net.weight_ih_l0", waves(0.1)), to_tensor<double>("net.weight_hh_l0", waves(0.2))}, {}});
  const auto start = std::chrono::steady_clock::now();
  const auto run = testing::run_shell(folder.path(),
                                      "\"$UNRECUR\" check long.safetensors --input-bound 1 --seconds 600 & "
                                      "child=$!\nsleep 0.5; kill -TERM $child; wait $child");
  EXPECT_EQ(run.code, 128 + SIGTERM) << run.err;
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

}  // namespace
}  // namespace unrecur
