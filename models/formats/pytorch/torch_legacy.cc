#include <map>
#include <utility>

#include "base/byte_order.h"
#include "base/errors.h"
#include "models/formats/pytorch/torch_storages.h"
#include "models/formats/safetensors/safetensors.h"

namespace unrecur {
namespace {

using Kind = PickledValue::Kind;

class StoragesBehind : public TorchStorages {
 public:
  StoragesBehind(std::map<std::string, std::span<const std::byte>> parts, std::string file)
      : parts_(std::move(parts)), file_(std::move(file)) {}

  Bytes bytes(const std::string& key, const std::string& place) const override {
    const auto found = parts_.find(key);
    if (found == parts_.end()) {
      throw FileError(
          {file_, place, "expected the storage " + key.substr(0, 40) + ", found none", "the file is incomplete"});
    }
    return {found->second.begin(), found->second.end()};
  }

 private:
  std::map<std::string, std::span<const std::byte>> parts_;
  std::string file_;
};

/// Bytes of an element of each storage that the values speak of: the file says how many elements follow, not how wide.
std::map<std::string, std::uint64_t> widths_of(const PickledValues& values) {
  std::map<std::string, std::uint64_t> widths;
  for (const PickledValue& value : values.values) {
    if (!value.is(Kind::stored) || !value.items[0]->is(Kind::sequence) || value.items[0]->items.size() < 3) continue;
    const PickledValue &type = *value.items[0]->items[1], &key = *value.items[0]->items[2];
    if (!type.is(Kind::name) || !key.is(Kind::text)) continue;
    const bool narrow = type.text == "torch.QInt8Storage" || type.text == "torch.QUInt8Storage";
    const bool wide = type.text == "torch.ComplexFloatStorage";
    widths[key.text] = narrow ? 1 : (wide ? 8 : element_size(torch_dtype(type.text)));
  }
  return widths;
}

}  // namespace

bool is_legacy_torch(std::span<const std::byte> content) {
  return as_text(content).starts_with("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19");
}

TorchFile parse_legacy_torch(std::span<const std::byte> content, const std::string& file) {
  std::span<const std::byte> rest = content;
  const auto next = [&] {
    std::size_t used = 0;
    PickledValues values = parse_pickle(rest, file, &used);
    rest = rest.subspan(used);
    return values;
  };
  next();  // the magic number
  next();  // the version of the protocol
  next();  // sizes and byte order of the machine: the storages are little-endian on every one
  TorchFile result{next(), nullptr};
  const PickledValues keys = next();
  const auto widths = widths_of(result.values);
  std::map<std::string, std::span<const std::byte>> parts;
  if (!keys.root->is(Kind::sequence)) throw FileError({file, "storages", "expected a list of their keys", ""});
  for (const PickledValue* key : keys.root->items) {
    const auto width = key->is(Kind::text) ? widths.find(key->text) : widths.end();
    const std::string place = "storage '" + (key->is(Kind::text) ? key->text.substr(0, 40) : std::string()) + "'";
    if (width == widths.end() || width->second == 0) {
      throw FileError({file, place, "expected one of a known type that a tensor uses",
                       "load it in PyTorch and save its state dictionary again"});
    }
    if (rest.size() < 8) throw FileError({file, place, "expected its size, found the end", "the file is truncated"});
    const auto count = load<std::uint64_t>(rest.data(), std::endian::little);
    rest = rest.subspan(8);
    if (count > rest.size() / width->second) {
      throw FileError({file, place,
                       "expected " + std::to_string(count) + " elements of " + std::to_string(width->second) +
                           " bytes, found " + std::to_string(rest.size()) + " bytes",
                       "the file is truncated"});
    }
    parts[key->text] = rest.first(count * width->second);
    rest = rest.subspan(count * width->second);
  }
  result.storages = std::make_shared<const StoragesBehind>(std::move(parts), file);
  return result;
}

}  // namespace unrecur
