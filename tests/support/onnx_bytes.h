#pragma once

// ONNX models built byte by byte. Names are those of the wire format and of ONNX's messages.

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace unrecur::testing::onnx {

// The wire format of protocol buffers.
inline std::string varint(std::uint64_t value) {
  std::string text;
  for (; value >= 0x80; value >>= 7) text += static_cast<char>((value & 0x7f) | 0x80);
  return text + static_cast<char>(value);
}
inline std::string integer(int field, std::int64_t value) {
  return varint(static_cast<std::uint64_t>(field) << 3) + varint(static_cast<std::uint64_t>(value));
}
inline std::string bytes(int field, const std::string& content) {
  return varint((static_cast<std::uint64_t>(field) << 3) | 2) + varint(content.size()) + content;
}

// Messages of ONNX.
inline std::string tensor(const std::string& name, const std::vector<std::int64_t>& shape,
                          const std::vector<float>& values) {
  std::string message, raw(values.size() * 4, '\0');
  for (const std::int64_t d : shape) message += integer(1, d);
  std::memcpy(raw.data(), values.data(), raw.size());
  return message + integer(2, 1) + bytes(8, name) + bytes(9, raw);
}
inline std::string integers(const std::string& name, const std::vector<std::int64_t>& values) {
  std::string message = integer(1, static_cast<std::int64_t>(values.size())) + integer(2, 7) + bytes(8, name), list;
  for (const std::int64_t v : values) list += varint(static_cast<std::uint64_t>(v));
  return message + bytes(7, list);
}
inline std::string number_attribute(const std::string& name, std::int64_t value) {
  return bytes(5, bytes(1, name) + integer(3, value));
}
inline std::string text_attribute(const std::string& name, const std::string& value) {
  return bytes(5, bytes(1, name) + bytes(4, value));
}
inline std::string list_attribute(const std::string& name, const std::vector<std::int64_t>& values) {
  std::string attribute = bytes(1, name);
  for (const std::int64_t v : values) attribute += integer(8, v);
  return bytes(5, attribute);
}
inline std::string texts_attribute(const std::string& name, const std::vector<std::string>& values) {
  std::string attribute = bytes(1, name);
  for (const std::string& v : values) attribute += bytes(9, v);
  return bytes(5, attribute);
}
inline std::string graph_attribute(const std::string& name, const std::string& graph) {
  return bytes(5, bytes(1, name) + bytes(6, graph));
}
inline std::string node(const std::string& type, const std::vector<std::string>& inputs, const std::string& output,
                        const std::string& attributes = "") {
  std::string message;
  for (const std::string& input : inputs) message += bytes(1, input);
  return bytes(1, message + bytes(2, output) + bytes(3, output + "_node") + bytes(4, type) + attributes);
}
/// A ValueInfoProto of floats; −1: a size that is left open.
inline std::string value(const std::string& name, const std::vector<std::int64_t>& shape) {
  std::string sizes;
  for (const std::int64_t d : shape) sizes += bytes(1, d < 0 ? bytes(2, "any") : integer(1, d));
  return bytes(1, name) + bytes(2, bytes(1, integer(1, 1) + bytes(2, sizes)));
}
inline std::string graph_input(const std::string& name, const std::vector<std::int64_t>& shape) {
  return bytes(11, value(name, shape));
}
inline std::string graph_output(const std::string& name, const std::vector<std::int64_t>& shape) {
  return bytes(12, value(name, shape));
}
inline std::string initializer(const std::string& message) {
  return bytes(5, message);
}
inline std::string model(const std::string& graph) {
  return integer(1, 7) + bytes(2, "onnx test") + bytes(7, graph);
}

inline std::vector<float> counting(std::size_t count, float first = 0.0F) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = first + static_cast<float>(i);
  return values;
}

/// n = 1, m = 1: R (dirs, g, 1), W (dirs, g, 1).
inline std::string weights(std::int64_t directions, std::int64_t gates) {
  const auto count = static_cast<std::size_t>(directions * gates);
  return initializer(tensor("R", {directions, gates, 1}, counting(count))) +
         initializer(tensor("W", {directions, gates, 1}, counting(count, 100))) +
         initializer(tensor("B", {directions, 2 * gates}, counting(2 * count, 200)));
}

}  // namespace unrecur::testing::onnx
