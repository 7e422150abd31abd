#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/file_bytes.h"
#include "models/arrays/matrix.h"

namespace unrecur {

/// Opset and IR version of what is written.
inline constexpr std::int64_t kOnnxOpset = 17, kOnnxIrVersion = 8;

/// A size of a tensor: a number, or the name of one that is known only when the model runs.
using OnnxSize = std::variant<std::int64_t, std::string>;
/// An attribute of a node: an integer, a list of integers, a float.
using WrittenAttribute = std::variant<std::int64_t, std::vector<std::int64_t>, float>;
using WrittenAttributes = std::vector<std::pair<std::string, WrittenAttribute>>;

/// Writes an ONNX model of standard operators, one node after the other. Numbers are 32 bit floats.
///
///     OnnxWriter model("twin");
///     model.input("x", {"steps", 3});
///     model.output(model.node("Tanh", {"x"}, "y"), {"steps", 3});
///     write_atomically("twin.onnx", model.finish());
///
/// Names of values are the caller's and must differ.
class OnnxWriter {
 public:
  explicit OnnxWriter(std::string name) : name_(std::move(name)) {}

  void input(const std::string& name, const std::vector<OnnxSize>& shape);
  void output(const std::string& name, const std::vector<OnnxSize>& shape);
  /// A constant of the shape rows × cols, or of rows alone where rank is 1; returns its name.
  std::string constant(const std::string& name, const Matrix<double>& values, int rank = 2);
  std::string constant(const std::string& name, std::span<const std::int64_t> values);
  /// A node with one output; returns its name.
  std::string node(const std::string& type, const std::vector<std::string>& inputs, const std::string& output,
                   const WrittenAttributes& attributes = {});
  /// Columns or rows begin … end − 1 of a tensor; end from the back where it is negative, to the end where it is 0.
  std::string slice(const std::string& from, std::int64_t axis, std::int64_t begin, std::int64_t end,
                    const std::string& output);

  /// The model; `metadata` becomes its metadata_props.
  Bytes finish(const std::map<std::string, std::string>& metadata = {}) const;

 private:
  std::string name_;
  std::string nodes_, constants_, inputs_, outputs_;  ///< fields of the graph's message
};

}  // namespace unrecur
