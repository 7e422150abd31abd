#include "experiments/data/source.h"

#include <cstdlib>
#include <system_error>

#include "base/errors.h"
#include "base/file_bytes.h"
#include "base/sha256.h"
#include "experiments/data/catalogue.h"

namespace unrecur {
namespace {

std::string remedy_for(std::string_view name) {
  const DataSet* set = set_of_file(name);
  const std::string get = set == nullptr ? "" : "run `unrecur data get " + std::string(set->name) + "`, or ";
  return get + "name the folder of the data sets, as UNRECUR_DATA does";
}

}  // namespace

DataSource DataSource::from(const std::optional<std::filesystem::path>& named) {
  if (named && !named->empty()) return DataSource(*named);
  const char* folder = std::getenv("UNRECUR_DATA");
  return folder == nullptr ? DataSource() : DataSource(folder);
}

std::optional<std::filesystem::path> DataSource::search(std::string_view name) const {
  if (!has_folder()) return std::nullopt;
  std::error_code ignored;
  const std::filesystem::path plain = folder_ / name;
  if (std::filesystem::exists(plain, ignored)) return plain;
  std::filesystem::path packed = plain;
  packed += ".gz";
  if (std::filesystem::exists(packed, ignored)) return packed;
  return std::nullopt;
}

std::filesystem::path DataSource::find(std::string_view name) const {
  if (auto path = search(name)) return *path;
  if (!has_folder()) {
    throw FileError({std::string(name),
                     "",
                     "this file of a public data set is needed, and no folder is known",
                     remedy_for(name),
                     {"data"}});
  }
  const std::string plain = (folder_ / name).string();
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder_, ignored)) {
    throw FileError(
        {plain, "", "the folder " + folder_.string() + " of data sets does not exist", remedy_for(name), {"data"}});
  }
  throw FileError({plain, "", "neither this file nor " + plain + ".gz exists", remedy_for(name), {"data"}});
}

std::string DataSource::checksum(std::string_view name) const {
  return sha256(read_unpacked(find(name)));
}

}  // namespace unrecur
