#include "experiments/data/obtain.h"

#include <system_error>

#include "base/errors.h"
#include "base/sha256.h"
#include "experiments/data/lines.h"
#include "experiments/data/music.h"
#include "experiments/data/source.h"

namespace unrecur {
namespace {

constexpr const char* jsb_address =
    "https://raw.githubusercontent.com/czhuang/JSB-Chorales-dataset/master/jsb-chorales-quarter.json";

Bytes fetch(const std::string& address, const Download& download) {
  Bytes content = download(address);
  const bool packed = content.size() >= 2 && content[0] == std::byte{0x1f} && content[1] == std::byte{0x8b};
  return packed ? gunzip(content, address) : content;
}

Bytes bytes_of(const std::string& text) {
  const auto bytes = as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

/// The word-level file that a character-level one is derived from: as it is in the folder, or downloaded.
Bytes words_for(const DataFile& characters, const DataSource& data, const Download& download) {
  const std::string_view split = characters.path.substr(characters.path.find("char.") + 5);
  for (const DataFile& words : find_set("ptb-word").files) {
    if (!words.path.ends_with(split)) continue;
    const auto there = data.search(words.path);
    return there ? read_unpacked(*there) : fetch(std::string(words.address), download);
  }
  throw ResourceError("no text to derive " + std::string(characters.path) + " from");
}

Bytes content_of(const DataFile& file, const DataSet& set, const DataSource& data, const Download& download) {
  if (!file.address.empty()) return fetch(std::string(file.address), download);
  if (set.name == "jsb") {
    const Bytes published = fetch(jsb_address, download);
    return bytes_of(format_pieces(parse_pieces(as_text(published), jsb_address)));
  }
  if (set.name == "ptb-char") {
    return bytes_of(characters_of_words(as_text(words_for(file, data, download))));
  }
  throw ResourceError("the data set " + std::string(set.name) + " cannot be had by this program: it is " +
                      std::string(set.conversion) + ", which is not converted; " + std::string(set.address) +
                      " offers it, and " + std::string(file.path) + " in the folder of data sets is where it belongs");
}

void require_right(const Bytes& content, const DataFile& file) {
  const std::string found = sha256(content);
  if (found == file.sha256) return;
  const std::string where = file.address.empty() ? std::string(file.path) : std::string(file.address);
  throw FileError({where, "",
                   "expected content with the SHA-256 " + std::string(file.sha256) + " (" + std::to_string(file.bytes) +
                       " bytes), found " + found + " (" + std::to_string(content.size()) + " bytes)",
                   "nothing was written; the publisher may have changed the file, or something on the way did"});
}

}  // namespace

std::vector<std::string> obtain_set(const DataSet& set, const std::filesystem::path& folder, const Download& download) {
  const DataSource data(folder);
  std::vector<std::string> written;
  for (const DataFile& file : set.files) {
    if (data.search(file.path) && data.checksum(file.path) == file.sha256) continue;
    const Bytes content = content_of(file, set, data, download);
    require_right(content, file);
    const std::filesystem::path path = folder / file.path;
    std::error_code error;
    std::filesystem::create_directories(path.parent_path(), error);
    if (error) throw ResourceError(path.parent_path().string() + ": cannot be made: " + error.message());
    write_atomically(path, content);
    written.emplace_back(file.path);
  }
  return written;
}

std::string characters_of_words(std::string_view text) {
  std::string characters;
  characters.reserve(2 * text.size());
  for_each_line(text, "word-level text", [&](std::string_view line, std::int64_t) {
    while (!line.empty() && is_space(line.front())) line.remove_prefix(1);
    while (!line.empty() && is_space(line.back())) line.remove_suffix(1);
    for (const char c : line) {
      characters += c == ' ' ? '_' : c;
      characters += ' ';
    }
    characters += "\n ";
  });
  return characters;
}

}  // namespace unrecur
