#include "models/formats/onnx/onnx_writer.h"

#include <limits>

#include "base/byte_order.h"

namespace unrecur {
namespace {

/// The wire format of protocol buffers.
std::string wire_varint(std::uint64_t value) {
  std::string text;
  for (; value >= 0x80; value >>= 7) text += static_cast<char>((value & 0x7f) | 0x80);
  return text + static_cast<char>(value);
}

std::string wire_integer(std::uint64_t field, std::int64_t value) {
  return wire_varint(field << 3) + wire_varint(static_cast<std::uint64_t>(value));
}

std::string wire_text(std::uint64_t field, std::string_view content) {
  return wire_varint(field << 3 | 2) + wire_varint(content.size()) + std::string(content);
}

// Numbers of ONNX's element types and attribute types.
constexpr std::int64_t kFloat = 1, kInt64 = 7;
constexpr std::int64_t kFloatAttribute = 1, kIntegerAttribute = 2, kIntegersAttribute = 7;

std::string attribute_message(const std::string& name, const WrittenAttribute& value) {
  std::string message = wire_text(1, name);
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    message += wire_integer(3, *number) + wire_integer(20, kIntegerAttribute);
  } else if (const auto* list = std::get_if<std::vector<std::int64_t>>(&value)) {
    for (const std::int64_t entry : *list) message += wire_integer(8, entry);
    message += wire_integer(20, kIntegersAttribute);
  } else {
    message += wire_varint(2 << 3 | 5) + little_endian(std::get<float>(value)) + wire_integer(20, kFloatAttribute);
  }
  return message;
}

std::string value_message(const std::string& name, const std::vector<OnnxSize>& shape) {
  std::string dimensions;
  for (const OnnxSize& size : shape) {
    const auto* number = std::get_if<std::int64_t>(&size);
    dimensions +=
        wire_text(1, number != nullptr ? wire_integer(1, *number) : wire_text(2, std::get<std::string>(size)));
  }
  const std::string tensor = wire_integer(1, kFloat) + wire_text(2, dimensions);
  return wire_text(1, name) + wire_text(2, wire_text(1, tensor));
}

}  // namespace

void OnnxWriter::input(const std::string& name, const std::vector<OnnxSize>& shape) {
  inputs_ += wire_text(11, value_message(name, shape));
}

void OnnxWriter::output(const std::string& name, const std::vector<OnnxSize>& shape) {
  outputs_ += wire_text(12, value_message(name, shape));
}

std::string OnnxWriter::constant(const std::string& name, const Matrix<double>& values, int rank) {
  std::string message = wire_integer(1, values.rows()), raw;
  if (rank == 2) message += wire_integer(1, values.cols());
  for (Index i = 0; i < values.rows(); ++i) {
    for (Index j = 0; j < values.cols(); ++j) raw += little_endian(static_cast<float>(values(i, j)));
  }
  constants_ += wire_text(5, message + wire_integer(2, kFloat) + wire_text(8, name) + wire_text(9, raw));
  return name;
}

std::string OnnxWriter::constant(const std::string& name, std::span<const std::int64_t> values) {
  std::string raw;
  for (const std::int64_t value : values) raw += little_endian(value);
  constants_ += wire_text(
      5, wire_integer(1, std::ssize(values)) + wire_integer(2, kInt64) + wire_text(8, name) + wire_text(9, raw));
  return name;
}

std::string OnnxWriter::node(const std::string& type, const std::vector<std::string>& inputs, const std::string& output,
                             const WrittenAttributes& attributes) {
  std::string message;
  for (const std::string& input : inputs) message += wire_text(1, input);
  message += wire_text(2, output) + wire_text(3, output) + wire_text(4, type);
  for (const auto& [name, value] : attributes) message += wire_text(5, attribute_message(name, value));
  nodes_ += wire_text(1, message);
  return output;
}

std::string OnnxWriter::slice(const std::string& from, std::int64_t axis, std::int64_t begin, std::int64_t end,
                              const std::string& output) {
  const std::int64_t last = end == 0 ? std::numeric_limits<std::int64_t>::max() : end;
  return node("Slice",
              {from, constant(output + ".begin", std::vector{begin}), constant(output + ".end", std::vector{last}),
               constant(output + ".axis", std::vector{axis})},
              output);
}

Bytes OnnxWriter::finish(const std::map<std::string, std::string>& metadata) const {
  const std::string graph = nodes_ + wire_text(2, name_) + constants_ + inputs_ + outputs_;
  std::string model = wire_integer(1, kOnnxIrVersion) + wire_text(2, "unrecur") + wire_text(7, graph) +
                      wire_text(8, wire_integer(2, kOnnxOpset));
  for (const auto& [key, value] : metadata) model += wire_text(14, wire_text(1, key) + wire_text(2, value));
  const auto bytes = as_bytes(model);
  return {bytes.begin(), bytes.end()};
}

}  // namespace unrecur
