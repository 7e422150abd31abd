#pragma once

#include <bit>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/file_bytes.h"
#include "models/formats/pytorch/pickle.h"

namespace unrecur {

/// The storages that the tensors of a PyTorch file are parts of.
class TorchStorages {
 public:
  virtual ~TorchStorages() = default;
  /// The bytes of a storage, in byte_order(). Throws FileError at `place` where the file has none of that key.
  virtual Bytes bytes(const std::string& key, const std::string& place) const = 0;
  virtual std::endian byte_order() const { return std::endian::little; }
};

/// A file of torch.save: what it pickles, and the storages that this speaks of.
struct TorchFile {
  PickledValues values;
  std::shared_ptr<const TorchStorages> storages;
};

/// A zip archive with a member FOLDER/data.pkl, as torch.save and torch.jit.save write since version 1.6. The storages
/// refer to `content`. Throws FileError.
TorchFile parse_torch_archive(std::span<const std::byte> content, const std::string& file);

/// What torch.save wrote before version 1.6, and still writes on demand: pickles one after the other (a magic number,
/// a version, the machine, the values, the keys of the storages), then the storages. These refer to `content`. Throws
/// FileError.
bool is_legacy_torch(std::span<const std::byte> content);
TorchFile parse_legacy_torch(std::span<const std::byte> content, const std::string& file);

/// The element type by the name of a storage class, torch.FloatStorage: F32; empty for those that hold no plain
/// numbers.
std::string torch_dtype(const std::string& storage_class);

}  // namespace unrecur
