#include <Eigen/Core>

#include "base/errors.h"
#include "models/formats/onnx/onnx_constants.h"
#include "models/formats/onnx/onnx_external.h"
#include "models/formats/onnx/wire.h"
#include "models/formats/shared/shape.h"

namespace unrecur {
namespace {

/// Element types of TensorProto that are read, with the bytes that raw data has for each.
enum Type : std::int64_t {
  type_float = 1,
  type_uint8 = 2,
  type_int8 = 3,
  type_int32 = 6,
  type_int64 = 7,
  type_bool = 9,
  type_half = 10,
  type_double = 11,
  type_bfloat = 16
};

struct Fields {
  std::string name;
  std::int64_t type = 0;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> raw;
  bool has_raw = false, external = false;
  OnnxExternalPlace place{};
};

double half(std::uint16_t bits) {
  return static_cast<double>(static_cast<float>(Eigen::numext::bit_cast<Eigen::half>(bits)));
}
double bfloat(std::uint16_t bits) {
  return static_cast<double>(static_cast<float>(Eigen::numext::bit_cast<Eigen::bfloat16>(bits)));
}

class TensorParser {
 public:
  TensorParser(std::span<const std::byte> message, const std::string& file) : message_(message), file_(file) {}

  OnnxConstant run() {
    read_fields();
    if (fields_.external) read_external();
    OnnxConstant constant{fields_.shape, {}};
    constant.values = fields_.has_raw ? raw_values() : listed_values();
    const std::uint64_t count = elements();
    if (constant.values.size() != count) {
      fail("expected " + std::to_string(count) + " numbers, as the shape " + shape_text(fields_.shape) +
               " says, found " + std::to_string(constant.values.size()),
           "the file is damaged");
    }
    return constant;
  }

 private:
  [[noreturn]] void fail(const std::string& problem, const std::string& remedy) const {
    throw FileError({file_, "tensor '" + fields_.name.substr(0, 100) + "'", problem, remedy});
  }

  void read_fields() {
    for (Wire field(message_, file_); field.next();) {
      if (field.number() == 1) field.each_integer([&](std::int64_t d) { fields_.shape.push_back(d); });
      if (field.number() == 2) fields_.type = field.integer();
      if (field.number() == 8) fields_.name = field.text();
      if (field.number() == 9) {
        fields_.raw = field.bytes();
        fields_.has_raw = true;
      }
      if (field.number() == 13) read_onnx_external_entry(field.bytes(), file_, fields_.place);
      if (field.number() == 14) fields_.external = field.integer() == 1;
    }
    if (fields_.shape.size() > 16) fail("expected at most 16 dimensions", "");
  }

  /// Bytes of an element of raw data; 0 for a type that is not read.
  std::uint64_t width() const {
    switch (fields_.type) {
      case type_float:
      case type_int32:
        return 4;
      case type_double:
      case type_int64:
        return 8;
      case type_half:
      case type_bfloat:
        return 2;
      case type_int8:
      case type_uint8:
      case type_bool:
        return 1;
      default:
        return 0;
    }
  }

  void read_external() {
    if (fields_.place.location.empty()) {
      fail("its numbers lie in another file, and nothing says in which", "save the model again");
    }
    const auto size = byte_count(fields_.shape, std::max<std::uint64_t>(width(), 1));
    if (width() == 0) unknown_type();
    if (!size) elements();
    external_ = read_onnx_external(fields_.place, static_cast<std::uint64_t>(size.value_or(0)), file_,
                                   "tensor '" + fields_.name.substr(0, 100) + "'");
    fields_.raw = external_;
    fields_.has_raw = true;
  }

  std::uint64_t elements() const {
    const auto count = element_count(fields_.shape);
    if (!count)
      fail("expected dimensions of 0 or more with a product below 2^63, found " + shape_text(fields_.shape), "");
    return static_cast<std::uint64_t>(*count);
  }

  template <class T, class F>
  std::vector<double> decode(F value) const {
    if (fields_.raw.size() % sizeof(T) != 0) fail("expected a whole number of elements", "the file is damaged");
    std::vector<double> values;
    values.reserve(fields_.raw.size() / sizeof(T));
    for (std::size_t i = 0; i < fields_.raw.size(); i += sizeof(T)) {
      values.push_back(value(load<T>(fields_.raw.data() + i, std::endian::little)));
    }
    return values;
  }

  std::vector<double> raw_values() const {
    const auto plain = [](auto value) { return static_cast<double>(value); };
    switch (fields_.type) {
      case type_float:
        return decode<float>(plain);
      case type_double:
        return decode<double>(plain);
      case type_half:
        return decode<std::uint16_t>(half);
      case type_bfloat:
        return decode<std::uint16_t>(bfloat);
      case type_int64:
        return decode<std::int64_t>(plain);
      case type_int32:
        return decode<std::int32_t>(plain);
      case type_int8:
        return decode<std::int8_t>(plain);
      case type_uint8:
      case type_bool:
        return decode<std::uint8_t>(plain);
      default:
        unknown_type();
    }
  }

  [[noreturn]] void unknown_type() const {
    fail("expected floats, integers or booleans, found element type " + std::to_string(fields_.type), "");
  }

  /// Numbers in a typed list: float_data, int32_data (also for all narrower types), int64_data, double_data.
  std::vector<double> listed_values() const {
    std::vector<double> values;
    for (Wire field(message_, file_); field.next();) {
      const auto add = [&](auto value) { values.push_back(static_cast<double>(value)); };
      if (fields_.type == type_float && field.number() == 4) field.each_real<float>(add);
      if (fields_.type == type_double && field.number() == 10) field.each_real<double>(add);
      if (fields_.type == type_int64 && field.number() == 7) field.each_integer(add);
      if (field.number() != 5) continue;
      field.each_integer([&](std::int64_t value) {
        const auto bits = static_cast<std::uint16_t>(value);
        if (fields_.type == type_half) return add(half(bits));
        if (fields_.type == type_bfloat) return add(bfloat(bits));
        if (fields_.type != type_float && fields_.type != type_double && fields_.type != type_int64) add(value);
      });
    }
    return values;
  }

  std::span<const std::byte> message_;
  const std::string& file_;
  Fields fields_;
  Bytes external_;
};

}  // namespace

OnnxNumberPlaces find_onnx_numbers(std::span<const std::byte> message, const std::string& file) {
  OnnxNumberPlaces found;
  std::span<const std::byte> raw;
  std::vector<std::span<const std::byte>> floats, doubles;
  std::int64_t type = 0;
  for (Wire field(message, file); field.next();) {
    if (field.number() == 2) type = field.integer();
    if (field.number() == 9) raw = field.bytes();
    if (field.number() == 4) floats.push_back(field.payload());
    if (field.number() == 10) doubles.push_back(field.payload());
  }
  found.width = type == type_float ? 4 : (type == type_double ? 8 : 0);
  found.integers = found.width == 0 && type != type_half && type != type_bfloat;
  if (found.width == 0) return found;
  if (!raw.empty()) floats = doubles = {raw};
  for (const auto& part : type == type_float ? floats : doubles) {
    for (std::size_t at = 0; at + found.width <= part.size(); at += found.width) found.places.push_back(&part[at]);
  }
  return found;
}

OnnxConstant parse_onnx_tensor(std::span<const std::byte> message, const std::string& file) {
  return TensorParser(message, file).run();
}

}  // namespace unrecur
