#include "experiments/data/source.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <set>

#include "base/errors.h"
#include "base/file_bytes.h"
#include "experiments/data/catalogue.h"
#include "tests/support/file_errors.h"
#include "tests/support/gzip.h"
#include "tests/support/real_data.h"
#include "tests/support/temporary_folder.h"

namespace unrecur {
namespace {

using testing::expect_file_error;
using testing::TemporaryFolder;

TEST(DataSource, TakesThePlainFileBeforeThePackedOne) {
  const TemporaryFolder folder;
  const DataSource data(folder.path());
  folder.write("music/a.json.gz", testing::gzip("packed"));
  EXPECT_EQ(data.find("music/a.json"), folder / "music/a.json.gz");
  const std::string packed = data.checksum("music/a.json");
  folder.write("music/a.json", "packed");
  EXPECT_EQ(data.find("music/a.json"), folder / "music/a.json");
  EXPECT_EQ(data.checksum("music/a.json"), packed);
}

TEST(DataSource, SaysWhatToDo) {
  const TemporaryFolder folder;
  const std::string file = "music/jsb-chorales.json";
  const std::string there = (folder / file).string();
  const std::string get = "`unrecur data get jsb`";
  expect_file_error([&] { DataSource().find(file); }, file, "no folder is known");
  expect_file_error([&] { DataSource().find(file); }, file, get);
  expect_file_error([&] { DataSource(folder.path()).find(file); }, there,
                    "neither this file nor " + there + ".gz exists");
  expect_file_error([&] { DataSource(folder.path()).find(file); }, there, get);
  expect_file_error([&] { DataSource(folder / "none").find(file); }, "none", "of data sets does not exist");
  expect_file_error([&] { DataSource(folder.path()).find("own/file"); }, "own/file",
                    "(name the folder of the data sets");
}

TEST(DataSource, TheUsersWordComesBeforeTheEnvironment) {
  const char* before = std::getenv("UNRECUR_DATA");
  const std::string saved = before == nullptr ? "" : before;
  setenv("UNRECUR_DATA", "/from/environment", 1);
  EXPECT_EQ(DataSource::from(std::nullopt).folder(), "/from/environment");
  EXPECT_EQ(DataSource::from("/named").folder(), "/named");
  unsetenv("UNRECUR_DATA");
  EXPECT_FALSE(DataSource::from(std::nullopt).has_folder());
  if (before != nullptr) setenv("UNRECUR_DATA", saved.c_str(), 1);
}

TEST(Catalogue, NamesAreUniqueAndFilesDescribed) {
  std::set<std::string_view> names;
  for (const DataSet& set : catalogue()) {
    EXPECT_TRUE(names.insert(set.name).second) << set.name;
    for (const auto alias : set.aliases) EXPECT_TRUE(names.insert(alias).second) << alias;
    EXPECT_FALSE(set.files.empty());
    EXPECT_FALSE(set.licence.empty());
    for (const DataFile& file : set.files) {
      EXPECT_EQ(file.sha256.size(), 64U);
      EXPECT_EQ(set_of_file(file.path), &set);
      EXPECT_TRUE(!file.address.empty() || !set.conversion.empty()) << file.path;
    }
  }
  EXPECT_EQ(find_set("ptb").name, "ptb-word");
  EXPECT_EQ(set_of_file("music/none.json"), nullptr);
  try {
    find_set("bach");
    ADD_FAILURE();
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("'bach'; known are jsb, nottingham"), std::string::npos) << error.what();
  }
}

TEST(Catalogue, AgreesWithTheRealFiles) {
  const auto folder = testing::real_data();
  if (!folder) GTEST_SKIP() << testing::no_real_data;
  const DataSource data(*folder);
  int compared = 0;
  for (const DataSet& set : catalogue()) {
    for (const DataFile& file : set.files) {
      const auto path = data.search(file.path);
      if (!path) continue;
      // Of the larger ones the size will do here.
      if (file.bytes < 6000000) {
        EXPECT_EQ(data.checksum(file.path), file.sha256) << file.path;
      } else {
        EXPECT_EQ(read_unpacked(*path).size(), file.bytes) << file.path;
      }
      ++compared;
    }
  }
  EXPECT_GT(compared, 0);
}

}  // namespace
}  // namespace unrecur
