// Signals to the program itself: the first asks for a stop, which saves; without anything to save it ends the process.
#include <gtest/gtest.h>
#include <signal.h>

#include <string>

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
  const testing::TemporaryFolder folder;
  const auto run = testing::run_shell(
      folder.path(), "mkfifo never; \"$UNRECUR\" check never & child=$!\nsleep 0.3; kill -TERM $child; wait $child");
  EXPECT_EQ(run.code, 128 + SIGTERM) << run.err;
}

}  // namespace
}  // namespace unrecur
