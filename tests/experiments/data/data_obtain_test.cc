#include "experiments/data/obtain.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/errors.h"
#include "base/sha256.h"
#include "experiments/data/music.h"
#include "experiments/data/verify.h"
#include "tests/support/file_errors.h"
#include "tests/support/gzip.h"
#include "tests/support/real_data.h"
#include "tests/support/temporary_folder.h"

namespace unrecur {
namespace {

using testing::expect_file_error;
using testing::TemporaryFolder;
using State = FileCheck::State;

const std::string word_a = "alpha", word_b = "beta";

/// A catalogue entry of two files whose contents the test knows.
struct SmallSet {
  std::string sha_a = sha256(as_bytes(word_a)), sha_b = sha256(as_bytes(word_b));
  DataSet set{
      "small",
      {},
      "a small set",
      "none",
      "https://example.org",
      "",
      {{"small/a.txt", 5, sha_a, "https://example.org/a"}, {"small/b.txt", 4, sha_b, "https://example.org/b.gz"}}};
};

/// Offers contents by address and notes what was asked for.
class Publisher {
 public:
  std::map<std::string, std::string> offers;
  std::vector<std::string> asked;

  Download download() {
    return [this](const std::string& address) {
      asked.push_back(address);
      const auto found = offers.find(address);
      if (found == offers.end()) throw ResourceError(address + ": cannot be downloaded");
      const auto bytes = as_bytes(found->second);
      return Bytes(bytes.begin(), bytes.end());
    };
  }
};

TEST(Obtain, WritesWhatIsRight) {
  const SmallSet small;
  const TemporaryFolder folder;
  Publisher publisher;
  publisher.offers = {{"https://example.org/a", word_a}, {"https://example.org/b.gz", testing::gzip(word_b)}};
  const auto written = obtain_set(small.set, folder / "new", publisher.download());
  EXPECT_EQ(written, (std::vector<std::string>{"small/a.txt", "small/b.txt"}));
  EXPECT_EQ(as_text(read_file(folder / "new/small/b.txt")), word_b);
  // The second time nothing is asked for.
  publisher.asked.clear();
  EXPECT_TRUE(obtain_set(small.set, folder / "new", publisher.download()).empty());
  EXPECT_TRUE(publisher.asked.empty());
  // What is damaged is got again.
  folder.write("new/small/a.txt", "other");
  EXPECT_EQ(obtain_set(small.set, folder / "new", publisher.download()), (std::vector<std::string>{"small/a.txt"}));
}

TEST(Obtain, WritesNothingThatIsWrong) {
  const SmallSet small;
  const TemporaryFolder folder;
  Publisher publisher;
  publisher.offers = {{"https://example.org/a", "<html>moved</html>"}};
  expect_file_error([&] { obtain_set(small.set, folder.path(), publisher.download()); }, "https://example.org/a",
                    "nothing was written");
  EXPECT_FALSE(std::filesystem::exists(folder / "small"));
  publisher.offers = {{"https://example.org/a", word_a},
                      {"https://example.org/b.gz", testing::gzip(word_b).substr(0, 9)}};
  expect_file_error([&] { obtain_set(small.set, folder.path(), publisher.download()); }, "https://example.org/b.gz",
                    "expected more gzip data");
  EXPECT_TRUE(std::filesystem::exists(folder / "small/a.txt"));
  EXPECT_FALSE(std::filesystem::exists(folder / "small/b.txt"));
}

TEST(Obtain, SaysWhatItCannotDo) {
  const TemporaryFolder folder;
  Publisher publisher;
  for (const char* name : {"nottingham", "piano-midi", "musedata", "fsdd"}) {
    try {
      obtain_set(find_set(name), folder.path(), publisher.download());
      ADD_FAILURE() << name;
    } catch (const ResourceError& error) {
      const std::string message = error.what();
      EXPECT_NE(message.find("not converted"), std::string::npos) << message;
      EXPECT_NE(message.find(find_set(name).address), std::string::npos) << message;
    }
  }
  EXPECT_TRUE(publisher.asked.empty());
  EXPECT_THROW(obtain_set(find_set("atis"), folder.path(), publisher.download()), ResourceError);
}

TEST(Obtain, DerivesTheCharactersOfWords) {
  EXPECT_EQ(characters_of_words(" a bc \n <unk> N \n"), "a _ b c \n < u n k > _ N \n ");
  const auto real = testing::real_data();
  if (!real) GTEST_SKIP() << testing::no_real_data;
  const DataSource data(*real);
  if (!data.search("ptb-word/ptb.test.txt")) GTEST_SKIP() << "the set is not there";
  const TemporaryFolder folder;
  Publisher publisher;
  for (const DataFile& file : find_set("ptb-word").files) {
    publisher.offers[std::string(file.address)] = as_text(read_unpacked(data.find(file.path)));
  }
  const DataSet& characters = find_set("ptb-char");
  EXPECT_EQ(obtain_set(characters, folder.path(), publisher.download()).size(), 3U);
  // With the words on disk nothing is downloaded.
  publisher.asked.clear();
  obtain_set(find_set("ptb-word"), folder / "other", publisher.download());
  publisher.offers.clear();
  EXPECT_EQ(obtain_set(characters, folder / "other", publisher.download()).size(), 3U);
}

TEST(Obtain, ConvertsThePublishersChorales) {
  const auto real = testing::real_data();
  if (!real) GTEST_SKIP() << testing::no_real_data;
  const PieceSet pieces = read_music("jsb", DataSource(*real));
  // The publisher writes the same pieces with another order of keys and blanks between.
  std::string published = format_pieces({pieces.train, pieces.valid, pieces.test});
  const std::size_t test = published.find("\"test\"");
  published = "{" + published.substr(test, published.rfind('}') - test) + ", " + published.substr(1, test - 3) + "}";
  std::string spaced;
  for (const char c : published) spaced += c == ',' ? std::string(", ") : std::string(1, c);
  const TemporaryFolder folder;
  const Download offers = [&](const std::string& address) {
    EXPECT_TRUE(address.ends_with("jsb-chorales-quarter.json")) << address;
    const auto bytes = as_bytes(spaced);
    return Bytes(bytes.begin(), bytes.end());
  };
  EXPECT_EQ(obtain_set(find_set("jsb"), folder.path(), offers), (std::vector<std::string>{"music/jsb-chorales.json"}));
  EXPECT_EQ(read_music("jsb", DataSource(folder.path())).test, pieces.test);
}

TEST(Verify, TellsRightAbsentAndWrong) {
  const SmallSet small;
  const TemporaryFolder folder;
  const DataSource data(folder.path());
  folder.write("small/a.txt.gz", testing::gzip(word_a));
  auto checks = verify_set(small.set, data);
  ASSERT_EQ(checks.size(), 2U);
  EXPECT_EQ(checks[0].state, State::right);
  EXPECT_EQ(checks[1].state, State::absent);
  folder.write("small/b.txt", "gamma");
  folder.write("small/a.txt.gz", testing::gzip(word_a).substr(0, 10));
  checks = verify_set(small.set, data);
  EXPECT_EQ(checks[0].state, State::wrong);
  EXPECT_NE(checks[0].note.find("expected more gzip data"), std::string::npos) << checks[0].note;
  EXPECT_EQ(checks[1].state, State::wrong);
  EXPECT_NE(checks[1].note.find(small.sha_b + " expected"), std::string::npos) << checks[1].note;
  EXPECT_THROW(verify_set(small.set, DataSource()), FileError);
  EXPECT_THROW(verify_set(small.set, DataSource(folder / "none")), FileError);
}

TEST(Verify, FollowsAListOfChecksums) {
  const TemporaryFolder folder;
  const DataSource data(folder.path());
  const std::string list = sha256(as_bytes(word_a)) + "  a.wav\n" + sha256(as_bytes(word_b)) + "  b.wav\n";
  const std::string sha = sha256(as_bytes(list));
  const DataSet set{"sounds", {}, "", "", "", "", {{"sounds/SHA256SUMS", list.size(), sha, ""}}};
  folder.write("sounds/SHA256SUMS", list);
  folder.write("sounds/a.wav", word_a);
  const auto checks = verify_set(set, data);
  ASSERT_EQ(checks.size(), 3U);
  EXPECT_EQ(checks[1].file, "sounds/a.wav");
  EXPECT_EQ(checks[1].state, State::right);
  EXPECT_EQ(checks[2].state, State::absent);
}

TEST(Verify, TheRealRecordings) {
  const auto real = testing::real_data();
  if (!real) GTEST_SKIP() << testing::no_real_data;
  if (!DataSource(*real).search("fsdd/SHA256SUMS")) GTEST_SKIP() << "the set is not there";
  const auto checks = verify_set(find_set("fsdd"), DataSource(*real));
  EXPECT_EQ(checks.size(), 1002U);
  EXPECT_TRUE(std::ranges::all_of(checks, [](const FileCheck& c) { return c.state == State::right; }));
}

}  // namespace
}  // namespace unrecur
