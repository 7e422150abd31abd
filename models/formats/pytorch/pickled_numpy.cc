#include "models/formats/pytorch/pickled_numpy.h"

#include <memory>

#include "base/errors.h"
#include "models/formats/numpy/npy.h"
#include "models/formats/safetensors/safetensors.h"

namespace unrecur {
namespace {

using Kind = PickledValue::Kind;

const PickledValue* part(const PickledValue* value, std::size_t i) {
  return value != nullptr && i < value->items.size() ? value->items[i] : nullptr;
}

bool is_call(const PickledValue* value, std::initializer_list<const char*> names) {
  if (value == nullptr || !value->is(Kind::object) || value->items[0] == nullptr) return false;
  for (const char* name : names) {
    if (value->items[0]->is_name(name)) return true;
  }
  return false;
}

/// Bytes are text here; protocol 2 has none and encodes them as Latin-1 in a call.
std::optional<std::string> bytes_of(const PickledValue* value) {
  if (value == nullptr) return std::nullopt;
  if (value->is(Kind::text)) return value->text;
  if (is_call(value, {"_codecs.encode"})) {
    const PickledValue* encoded = part(value->items[1], 0);
    if (encoded == nullptr || !encoded->is(Kind::text)) return std::nullopt;
    std::string bytes;
    for (std::size_t i = 0; i < encoded->text.size(); ++i) {
      const auto first = static_cast<unsigned char>(encoded->text[i]);
      if (first < 0x80) {
        bytes += static_cast<char>(first);
      } else if ((first & 0xfc) == 0xc0 && i + 1 < encoded->text.size()) {
        const auto second = static_cast<unsigned char>(encoded->text[++i]);
        bytes += static_cast<char>(((first & 0x03) << 6) | (second & 0x3f));
      } else {
        return std::nullopt;
      }
    }
    return bytes;
  }
  if (is_call(value, {"builtins.bytearray", "__builtin__.bytearray", "builtins.bytes"})) {
    return bytes_of(part(value->items[1], 0));
  }
  return std::nullopt;
}

/// numpy.dtype('f4', …) with the state (3, '<', …): "<f4".
std::optional<std::string> descr_of(const PickledValue* dtype) {
  if (!is_call(dtype, {"numpy.dtype"})) return std::nullopt;
  const PickledValue* kind = part(dtype->items[1], 0);
  if (kind == nullptr || !kind->is(Kind::text) || kind->text.size() != 2) return std::nullopt;
  const PickledValue* order = part(dtype->items[2], 1);
  char sign = order != nullptr && order->is(Kind::text) && !order->text.empty() ? order->text[0] : '|';
  // Bytes have no order; "=" is that of the machine that wrote it.
  if (kind->text[1] == '1') sign = '|';
  if (sign == '=' || (sign == '|' && kind->text[1] != '1')) sign = '<';
  return sign + kind->text;
}

std::optional<std::vector<std::int64_t>> shape_of(const PickledValue* tuple) {
  if (tuple == nullptr || !tuple->is(Kind::sequence) || tuple->items.size() > 32) return std::nullopt;
  std::vector<std::int64_t> shape;
  for (const PickledValue* size : tuple->items) {
    if (!size->is(Kind::integer) || size->integer < 0) return std::nullopt;
    shape.push_back(size->integer);
  }
  return shape;
}

}  // namespace

bool is_pickled_numpy(const PickledValue& value) {
  return is_call(&value, {"numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct",
                          "numpy.core.numeric._frombuffer", "numpy._core.numeric._frombuffer"});
}

std::optional<StoredTensor> pickled_numpy(const PickledValue& value, const std::string& name, const std::string& file) {
  const bool buffer = value.items[0]->text.ends_with("_frombuffer");
  // _frombuffer(bytes, dtype, shape, order), or the state (version, shape, dtype, Fortran order, bytes).
  const PickledValue* parts = buffer ? value.items[1] : value.items[2];
  const PickledValue* data = part(parts, buffer ? 0 : 4);
  const PickledValue* order = part(parts, 3);
  const auto descr = descr_of(part(parts, buffer ? 1 : 2));
  if (!descr || (data != nullptr && data->is(Kind::sequence))) return std::nullopt;
  const auto shape = shape_of(part(parts, buffer ? 2 : 1));
  auto bytes = bytes_of(data);
  if (!shape || !bytes || order == nullptr) {
    throw FileError({file, "pickle, array '" + name.substr(0, 100) + "'",
                     "expected the shape, element type and bytes of a NumPy array", "write the file with NumPy"});
  }
  const bool fortran = buffer ? order->text == "F" : order->integer != 0;
  const auto held = std::make_shared<const std::string>(std::move(*bytes));
  const auto decode = [held, header = NpyHeader{*descr, fortran, *shape}, place = file + ": array '" + name + "'"] {
    return decode_npy(header, as_bytes(*held), place);
  };
  return StoredTensor{name, *shape, [decode] { return decode().values; },
                      [decode, name] { return to_tensor(decode(), name); }};
}

}  // namespace unrecur
