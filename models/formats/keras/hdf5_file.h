#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/file_bytes.h"
#include "models/arrays/matrix.h"

namespace unrecur {

/// A set of numbers in an HDF5 file.
struct Hdf5Array {
  std::string path;
  std::vector<std::int64_t> shape;
  /// In row-major order; where they cannot be read, or have more than two dimensions, `problem` says why.
  std::vector<double> values;
  std::string problem;
};

struct Hdf5Content {
  std::vector<Hdf5Array> arrays;
  std::string model_config{};   ///< the attribute of that name; empty where there is none
  std::string keras_version{};  ///< likewise
  /// The attribute `type` of groups that have it, by their paths: rl-tools says there what a layer is.
  std::map<std::string, std::string> types{};
};

/// Reads all of a file by libhdf5. The library runs in a process of its own, since it crashes, leaks and hangs on
/// damaged files: whatever it does, the outcome is a FileError. Links out of the file are not followed. Throws
/// FileError also where the program was built without the library. Memory: twice the size of the file and 64 MiB.
Hdf5Content read_hdf5(std::span<const std::byte> content, const std::string& file);

}  // namespace unrecur
