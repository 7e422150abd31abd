#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "experiments/data/catalogue.h"
#include "tests/apps/run_program.h"
#include "tests/support/real_data.h"
#include "tests/support/temporary_folder.h"

namespace unrecur::testing {
namespace {

TEST(DataVerb, ListsTheCatalogue) {
  const TemporaryFolder folder;
  const ProgramRun run = run_program(folder.path(), {"data", "list", "--json"});
  EXPECT_EQ(run.code, 0) << run.err;
  const auto document = nlohmann::json::parse(run.out);
  EXPECT_EQ(document["schema"], "unrecur.data/1");
  ASSERT_EQ(document["sets"].size(), catalogue().size());
  EXPECT_EQ(document["sets"][0]["name"], "jsb");
  EXPECT_EQ(document["sets"][0]["there"], false);
  const ProgramRun text = run_program(folder.path(), {"data", "list", "atis"});
  EXPECT_NE(text.out.find("LDC93S5"), std::string::npos) << text.out;
}

TEST(DataVerb, VerifiesAndSaysWhatIsWrong) {
  const TemporaryFolder folder;
  ProgramRun run = run_program(folder.path(), {"data", "verify", "--data", "."});
  EXPECT_EQ(run.code, 0) << "no set was named and none is there: " << run.err;
  run = run_program(folder.path(), {"data", "verify", "jsb", "--data", "."});
  EXPECT_EQ(run.code, 3);
  EXPECT_NE(run.out.find("music/jsb-chorales.json: absent"), std::string::npos) << run.out;
  folder.write("music/jsb-chorales.json", "{}");
  run = run_program(folder.path(), {"data", "verify", "--data", ".", "--json"});
  EXPECT_EQ(run.code, 3);
  EXPECT_EQ(nlohmann::json::parse(run.out)["files"][0]["state"], "wrong");
  EXPECT_EQ(run_program(folder.path(), {"data", "verify"}).code, 3) << "no folder is known";
}

TEST(DataVerb, VerifiesTheRealSet) {
  const auto real = real_data();
  if (!real) GTEST_SKIP() << no_real_data;
  const TemporaryFolder folder;
  const ProgramRun run =
      run_program(folder.path(), {"data", "verify", "jsb", "--data", std::filesystem::absolute(*real).string()});
  EXPECT_EQ(run.code, 0) << run.out << run.err;
}

TEST(DataVerb, RefusesWrongUse) {
  const TemporaryFolder folder;
  EXPECT_EQ(run_program(folder.path(), {"data"}).code, 2);
  EXPECT_EQ(run_program(folder.path(), {"data", "fetch", "jsb"}).code, 2);
  EXPECT_EQ(run_program(folder.path(), {"data", "get", "--data", "."}).code, 2);
  EXPECT_EQ(run_program(folder.path(), {"data", "get", "jsb"}).code, 2);
  EXPECT_EQ(run_program(folder.path(), {"data", "list", "bach"}).code, 2);
  const ProgramRun run = run_program(folder.path(), {"data", "get", "nottingham", "--data", "."});
  EXPECT_EQ(run.code, 4);
  EXPECT_NE(run.err.find("Nottingham.mat"), std::string::npos) << run.err;
}

}  // namespace
}  // namespace unrecur::testing
