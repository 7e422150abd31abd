#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace unrecur {

class DataSource;

/// One query with a slot label for each word.
struct TaggedUtterance {
  std::vector<std::string> words, labels;
  bool operator==(const TaggedUtterance&) const = default;
};

/// Utterances in the order of their files.
struct Atis {
  std::vector<TaggedUtterance> train, test;
};

/// What published counts of ATIS count.
struct AtisCounts {
  std::int64_t utterances = 0;
  std::int64_t words = 0;
  std::int64_t word_types = 0;
  std::int64_t labels = 0;  ///< different ones, O included
  std::int64_t tagged = 0;  ///< words whose label is not O
  std::int64_t chunks = 0;  ///< labels B-x
  std::int64_t slots = 0;   ///< different types x
};

AtisCounts count_atis(std::span<const TaggedUtterance> utterances);

/// Utterances, one a line: words from BOS to EOS, a TAB, as many labels, both parted by runs of white space. The label
/// of BOS is O; what stands in the place of EOS's label is the intent. BOS, EOS and the intent are dropped. Bytes above
/// 127 pass as they are. `file` is the name in messages. Throws FileError, with the line, for anything else: an empty
/// file or line, a NUL byte, no TAB or two, no BOS or EOS, no word between them, another number of labels than of
/// words, a label that is neither O nor B-x nor I-x.
std::vector<TaggedUtterance> parse_atis(std::string_view text, const std::string& file);

struct AtisOptions {
  bool allow_other_counts = false;  ///< for files in the place of the published ones
};

/// The standard split: atis/atis.train.w-intent.iob and atis/atis.test.w-intent.iob, plain or packed with gzip. Every
/// count of AtisCounts is checked against the published one. Throws FileError where a file is missing or malformed, or
/// a count differs (the message has each one that does). Hemphill, Godfrey, Doddington 1990; split of He and Young
/// 2003.
Atis read_atis(const DataSource& data, const AtisOptions& options = {});

/// Every digit as the word DIGIT: "1115" becomes DIGITDIGITDIGITDIGIT (Mesnil et al. 2015).
std::string mask_digits(std::string_view word);

}  // namespace unrecur
