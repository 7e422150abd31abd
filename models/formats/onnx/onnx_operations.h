#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/formats/onnx/onnx_graph.h"

namespace unrecur {

/// An array that is known without running the model; numbers in row-major order.
struct OnnxConstant {
  std::vector<std::int64_t> shape;
  std::vector<double> values;
};

using OnnxSizes = std::vector<std::int64_t>;

/// What a node does with constants, as ONNX defines its operators. Each moves numbers and changes none. Throws
/// FileError that names the node where shapes and axes make no sense. Inputs have as many numbers as their shape says.
class OnnxOperation {
 public:
  OnnxOperation(const OnnxNode& node, const std::string& file) : node_(node), file_(file) {}

  [[noreturn]] void fail(const std::string& problem) const;
  /// An axis of `rank` dimensions, counted from the end where it is negative.
  std::size_t axis(std::int64_t value, std::size_t rank) const;
  OnnxConstant reshape(OnnxConstant in, OnnxSizes shape) const;
  OnnxConstant transpose(const OnnxConstant& in) const;
  OnnxConstant squeeze(OnnxConstant in, const std::optional<OnnxSizes>& axes) const;
  OnnxConstant unsqueeze(OnnxConstant in, const std::optional<OnnxSizes>& axes) const;
  OnnxConstant slice(const OnnxConstant& in, const OnnxSizes& starts, const OnnxSizes& ends,
                     std::optional<OnnxSizes> axes, std::optional<OnnxSizes> steps) const;
  OnnxConstant split(const OnnxConstant& in, std::optional<OnnxSizes> sizes, std::size_t output) const;
  OnnxConstant gather(const OnnxConstant& in, const OnnxConstant& indices) const;

 private:
  const OnnxNode& node_;
  const std::string& file_;
};

}  // namespace unrecur
