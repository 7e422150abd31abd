#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace unrecur {

/// One file of a data set as this project lays it out.
struct DataFile {
  std::string_view path;     ///< below the folder of data sets, without .gz; find() takes either form
  std::uint64_t bytes;       ///< unpacked
  std::string_view sha256;   ///< of the unpacked content
  std::string_view address;  ///< where the content, plain or packed with gzip, is offered as it is; empty: nowhere
};

/// A public data set. None is part of this project; users get them from the publishers' addresses.
struct DataSet {
  std::string_view name;
  std::vector<std::string_view> aliases;
  std::string_view title;
  std::string_view licence;
  std::string_view address;     ///< of the publisher, for people
  std::string_view conversion;  ///< what parts the published files from ours where they differ; empty: nothing
  std::vector<DataFile> files;
};

/// All known sets, in the order of `data list`.
std::span<const DataSet> catalogue();

/// A set by its name or an alias; throws UsageError that lists the names.
const DataSet& find_set(std::string_view name);
/// The same; null where there is none.
const DataSet* search_set(std::string_view name);

/// The set that a file such as "music/jsb-chorales.json" belongs to; null where it belongs to none.
const DataSet* set_of_file(std::string_view path);

}  // namespace unrecur
