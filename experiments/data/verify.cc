#include "experiments/data/verify.h"

#include <system_error>

#include "base/errors.h"
#include "base/file_bytes.h"
#include "experiments/data/lines.h"

namespace unrecur {
namespace {

constexpr std::string_view list_name = "SHA256SUMS";

FileCheck check_file(std::string_view file, std::string_view expected, const DataSource& data) {
  FileCheck check{.file = std::string(file)};
  if (!data.search(file)) return check;
  try {
    const std::string found = data.checksum(file);
    check.state = found == expected ? FileCheck::State::right : FileCheck::State::wrong;
    if (found != expected) check.note = "SHA-256 " + std::string(expected) + " expected, " + found + " found";
  } catch (const FileError& error) {
    check.state = FileCheck::State::wrong;
    check.note = error.problem().expected;
  }
  return check;
}

/// Checks what a list in the form of sha256sum names: 64 digits, two characters, the name beside the list.
void check_listed(const std::string& list, const DataSource& data, std::vector<FileCheck>& checks) {
  const std::filesystem::path path = data.find(list);
  const std::string folder = list.substr(0, list.size() - list_name.size());
  const Bytes content = read_unpacked(path);
  for_each_line(as_text(content), path.string(), [&](std::string_view line, std::int64_t number) {
    const std::string_view name = line.substr(std::min<std::size_t>(66, line.size()));
    if (name.empty() || name.find('/') != std::string_view::npos) {
      throw FileError({path.string(), line_place(number), "expected a SHA-256, two blanks and a file name", ""});
    }
    checks.push_back(check_file(folder + std::string(name), line.substr(0, 64), data));
  });
}

}  // namespace

std::vector<FileCheck> verify_set(const DataSet& set, const DataSource& data) {
  std::error_code ignored;
  // find() knows how to say that there is no folder.
  if (!data.has_folder() || !std::filesystem::is_directory(data.folder(), ignored)) data.find(set.files.front().path);
  std::vector<FileCheck> checks;
  for (const DataFile& file : set.files) {
    checks.push_back(check_file(file.path, file.sha256, data));
    if (checks.back().state == FileCheck::State::right && file.path.ends_with(list_name)) {
      check_listed(std::string(file.path), data, checks);
    }
  }
  return checks;
}

}  // namespace unrecur
