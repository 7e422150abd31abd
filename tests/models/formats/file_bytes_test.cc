#include "base/file_bytes.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "base/errors.h"
#include "base/sha256.h"
#include "tests/support/file_errors.h"
#include "tests/support/gzip.h"
#include "tests/support/temporary_folder.h"

namespace unrecur::file_bytes_test {
namespace {

using testing::expect_file_error;
using testing::gzip;
using testing::TemporaryFolder;

std::string text_of(const Bytes& bytes) {
  return std::string(as_text(bytes));
}

/// Something that does not pack to nothing.
std::string sample(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; text.size() < size; ++i) text += std::to_string(i * i) + ",";
  text.resize(size);
  return text;
}

TEST(FileBytes, ReadsWhatIsThere) {
  const TemporaryFolder folder;
  for (const std::size_t size : {0, 1, 4095, 4096, 4097, 100000}) {
    const std::string content = sample(size);
    EXPECT_EQ(text_of(read_file(folder.write("file", content))), content);
  }
}

TEST(FileBytes, ReadsFilesWhoseSizeTheSystemDoesNotState) {
  EXPECT_FALSE(read_file("/proc/self/status").empty());
}

TEST(FileBytes, RefusesWhatIsNoFile) {
  const TemporaryFolder folder;
  expect_file_error([&] { read_file(folder / "none"); }, "none", "cannot be opened: No such file");
  expect_file_error([&] { read_file(folder.path()); }, folder.path(), "expected a file, found a folder");
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  expect_file_error([&] { read_file(folder / "pipe"); }, "pipe", "found a device or pipe");
  expect_file_error([&] { read_file("/dev/zero"); }, "zero", "found a device or pipe");
}

TEST(FileBytes, KeepsToItsLimits) {
  const TemporaryFolder folder;
  const auto path = folder.write("file", sample(1000));
  EXPECT_EQ(read_file(path, {.file = 1000}).size(), 1000U);
  expect_file_error([&] { read_file(path, {.file = 999}); }, "file", "expected at most 999 bytes");
  expect_file_error([&] { read_file("/proc/self/status", {.file = 10}); }, "status", "expected at most 10 bytes");
}

TEST(FileBytes, UnpacksByContentNotByName) {
  const TemporaryFolder folder;
  const std::string content = sample(50000);
  EXPECT_EQ(text_of(read_unpacked(folder.write("a.json", gzip(content)))), content);
  EXPECT_EQ(text_of(read_unpacked(folder.write("a.json.gz", content))), content);
}

TEST(Gunzip, JoinsMembers) {
  const std::string packed = gzip("one ") + gzip("") + gzip(sample(10000));
  EXPECT_EQ(text_of(gunzip(as_bytes(packed), "f")), "one " + sample(10000));
}

TEST(Gunzip, RefusesEveryTruncation) {
  const std::string packed = gzip(sample(500));
  for (std::size_t size = 0; size < packed.size(); ++size) {
    const std::string part = packed.substr(0, size);
    expect_file_error([&] { gunzip(as_bytes(part), "f.gz"); }, "f.gz", "expected more gzip data");
  }
}

TEST(Gunzip, DamageNeverChangesTheContent) {
  const std::string content = sample(500);
  const std::string packed = gzip(content);
  int noticed = 0;
  for (std::size_t i = 0; i < packed.size(); ++i) {
    std::string damaged = packed;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x40);
    try {
      // Some bits mean nothing: a time stamp, the name of a system, the padding after the last code.
      EXPECT_EQ(text_of(gunzip(as_bytes(damaged), "f.gz")), content) << i;
    } catch (const FileError&) {
      ++noticed;
    }
  }
  EXPECT_GE(noticed, static_cast<int>(packed.size()) - 8);
}

TEST(Gunzip, RefusesWhatFollows) {
  const std::string packed = gzip("content") + "more";
  expect_file_error([&] { gunzip(as_bytes(packed), "f.gz"); }, "f.gz", "found more bytes");
}

TEST(Gunzip, RefusesBombs) {
  const std::string zeros(std::size_t{1} << 24, '\0');
  const std::string packed = gzip(zeros);
  EXPECT_LT(packed.size(), 20000U);
  EXPECT_EQ(gunzip(as_bytes(packed), "f.gz", zeros.size()).size(), zeros.size());
  for (const std::uint64_t limit : {std::uint64_t{0}, std::uint64_t{1000}, std::uint64_t{zeros.size() - 1}}) {
    expect_file_error([&] { gunzip(as_bytes(packed), "f.gz", limit); }, "f.gz",
                      "expected at most " + std::to_string(limit) + " bytes when unpacked");
  }
}

TEST(WriteAtomically, ReplacesAndLeavesNothingBeside) {
  const TemporaryFolder folder;
  write_atomically(folder / "file", "old");
  write_atomically(folder / "file", sample(100000));
  EXPECT_EQ(text_of(read_file(folder / "file")), sample(100000));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(WriteAtomically, FollowsLinks) {
  const TemporaryFolder folder;
  folder.write("deep/file", "old");
  std::filesystem::create_symlink("deep/file", folder / "link");
  write_atomically(folder / "link", "new");
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
  EXPECT_EQ(text_of(read_file(folder / "deep/file")), "new");
}

TEST(WriteAtomically, SaysWhatTheMachineRefuses) {
  const TemporaryFolder folder;
  const auto expect_machine_error = [](const std::filesystem::path& path, const std::string& fragment) {
    try {
      write_atomically(path, "content");
      ADD_FAILURE() << path << " was written";
    } catch (const ResourceError& error) {
      EXPECT_NE(std::string(error.what()).find(fragment), std::string::npos) << error.what();
    }
  };
  expect_machine_error(folder / "none/file", "No such file or directory");
  expect_machine_error(folder.path(), "not a regular file");
  expect_machine_error("/dev/full", "not a regular file");
  if (geteuid() != 0) {
    std::filesystem::permissions(folder.path(),
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
    expect_machine_error(folder / "file", "Permission denied");
    std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_all);
  }
}

TEST(WriteAtomically, NeverShowsHalfAFile) {
  const TemporaryFolder folder;
  const std::string a(300000, 'a');
  const std::string b(300000, 'b');
  write_atomically(folder / "file", a);
  std::thread writer([&] {
    for (int i = 0; i < 40; ++i) write_atomically(folder / "file", i % 2 == 0 ? b : a);
  });
  for (int i = 0; i < 200; ++i) {
    const std::string seen = text_of(read_file(folder / "file"));
    EXPECT_TRUE(seen == a || seen == b);
  }
  writer.join();
}

// Vectors of FIPS 180-4's examples and of the NIST test suite.
TEST(Sha256, KnownAnswers) {
  EXPECT_EQ(sha256({}), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256(as_bytes("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256(as_bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256(as_bytes(std::string(1000000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, PiecesDoNotMatter) {
  const std::string text = sample(300);
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    Sha256 hash;
    hash.update(as_bytes(text.substr(0, cut))).update(as_bytes(text.substr(cut)));
    EXPECT_EQ(hash.finish(), sha256(as_bytes(text)));
  }
}

}  // namespace
}  // namespace unrecur::file_bytes_test
