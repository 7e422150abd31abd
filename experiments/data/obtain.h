#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_bytes.h"
#include "experiments/data/catalogue.h"

namespace unrecur {

/// Gets what an address offers; throws ResourceError where it does not answer.
using Download = std::function<Bytes(const std::string& address)>;

/// Puts the files of a set into the folder of data sets, which is made where it does not exist, and returns the names
/// of those that were not there yet. A file is written only after its content, unpacked and converted to our layout,
/// has the SHA-256 of the catalogue; files that are there and right stay.
///
/// Converted are JSB (the publisher's JSON, one piece a line) and ptb-char (derived from ptb-word). Throws
/// ResourceError for sets whose published form this program does not convert, with their address, and where a download
/// or writing fails; FileError where a download has other content than the catalogue says.
std::vector<std::string> obtain_set(const DataSet& set, const std::filesystem::path& folder, const Download& download);

/// The text of the character-level Penn Treebank from that of the word-level one: lines without their outer blanks,
/// blanks within as _, and a blank after every character, the line's end included.
std::string characters_of_words(std::string_view text);

}  // namespace unrecur
