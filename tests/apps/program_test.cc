#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "tests/apps/run_program.h"
#include "tests/support/temporary_folder.h"

namespace unrecur {
namespace {

using testing::ProgramRun;

class Program : public ::testing::Test {
 protected:
  ProgramRun run(const std::vector<std::string>& words) const { return testing::run_program(folder_.path(), words); }
  testing::TemporaryFolder folder_;
};

TEST_F(Program, HelpListsTheVerbsAndTheExitCodes) {
  for (const char* word : {"--help", "-h", "help"}) {
    const ProgramRun help = run({word});
    EXPECT_EQ(help.code, 0);
    EXPECT_NE(help.out.find("  reproduce "), std::string::npos) << help.out;
    EXPECT_NE(help.out.find("130 interrupted"), std::string::npos);
    EXPECT_EQ(help.out.find("  job "), std::string::npos) << "the program's own verb is not for people";
    EXPECT_EQ(help.err, "");
  }
}

TEST_F(Program, WithoutAVerbItSaysHowToUseItAndFails) {
  const ProgramRun run_alone = run({});
  EXPECT_EQ(run_alone.code, 2);
  EXPECT_NE(run_alone.err.find("Usage: unrecur VERB"), std::string::npos);
  EXPECT_EQ(run_alone.out, "");
}

TEST_F(Program, EveryListedVerbHasHelpWithAnExample) {
  std::istringstream lines(run({"--help"}).out);
  bool in_list = false;
  int verbs = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line == "Verbs:") {
      in_list = true;
    } else if (in_list && line.empty()) {
      break;
    } else if (in_list) {
      const std::string verb = line.substr(2, line.find(' ', 2) - 2);
      const ProgramRun help = run({verb, "--help"});
      EXPECT_EQ(help.code, 0) << verb;
      EXPECT_TRUE(help.out.starts_with("Usage: unrecur " + verb)) << help.out;
      EXPECT_NE(help.out.find("Examples:\n  unrecur " + verb), std::string::npos) << help.out;
      ++verbs;
    }
  }
  EXPECT_GE(verbs, 1);
}

TEST_F(Program, VersionNamesTheCommit) {
  const ProgramRun version = run({"--version"});
  EXPECT_EQ(version.code, 0);
  EXPECT_TRUE(version.out.starts_with("unrecur 0.")) << version.out;
  EXPECT_EQ(std::ranges::count(version.out, '\n'), 1);
}

TEST_F(Program, AnUnknownVerbNamesTheNearest) {
  const ProgramRun wrong = run({"reprodcue"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_TRUE(wrong.err.starts_with("unrecur: unknown verb 'reprodcue': did you mean 'reproduce'? known are "))
      << wrong.err;
}

TEST_F(Program, WrongOptionsNameTheOptionAndTheHelp) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"reproduce", "--teir", "smoke"}, "unknown option '--teir': did you mean '--tier'?"},
      {{"reproduce", "--tier", "large"}, "--tier expects one of smoke, laptop, paper, found 'large'"},
      {{"reproduce", "--jobs", "two"}, "--jobs expects a whole number from 1 to 4096, found 'two'"},
      {{"reproduce", "--jobs", "0"}, "--jobs expects a whole number"},
      {{"reproduce", "--seeds", "3x"}, "--seeds expects a whole number"},
      {{"reproduce", "--seeds", "99999999999999999999"}, "--seeds expects a whole number"},
      {{"reproduce", "--out"}, "required argument for option '--out' is missing"},
      {{"reproduce", "--out", ""}, "--out"},
      {{"reproduce", "--json=yes"}, "--json"},
      {{"reproduce", "--executor", "pbs"}, "--executor expects one of local, slurm, found 'pbs'"},
      {{"reproduce", "gap,"}, "unrecur: "},
      {{"reproduce", "gpa"}, "unknown experiment 'gpa': did you mean 'gap'?"},
      {{"job"}, "expected FOLDER"},
      {{"job", "a", "b"}, "unexpected word 'b'"},
  };
  for (const auto& [words, message] : cases) {
    const ProgramRun wrong = run(words);
    EXPECT_NE(wrong.err.find(message), std::string::npos) << wrong.err << "\nexpected: " << message;
    EXPECT_EQ(wrong.out, "");
    if (words != std::vector<std::string>{"reproduce", "gap,"}) {
      EXPECT_EQ(wrong.code, 2) << wrong.err;
    }
  }
}

TEST_F(Program, AFullDiskUnderTheOutputIsTheMachinesNo) {
  const ProgramRun full = testing::run_shell(folder_.path(), "\"$UNRECUR\" --version >/dev/full");
  EXPECT_EQ(full.code, 4);
  EXPECT_NE(full.err.find("standard output cannot be written"), std::string::npos) << full.err;
}

TEST_F(Program, FilesThatAreNoJobsAreRefused) {
  EXPECT_EQ(run({"job", "nowhere"}).code, 3);
  folder_.write("x/job.json", "{\"schema\":");
  const ProgramRun wrong = run({"job", "x"});
  EXPECT_EQ(wrong.code, 3);
  EXPECT_TRUE(wrong.err.starts_with("unrecur: x/job.json: line 1, column")) << wrong.err;
}

}  // namespace
}  // namespace unrecur
