#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/formats/onnx_graph.h"
#include "models/matrix.h"

namespace unrecur {

/// An array that is known without running the model; numbers in row-major order.
struct OnnxConstant {
  std::vector<std::int64_t> shape;
  std::vector<double> values;
};

/// Numbers of a TensorProto: floats of 16, 32, 64 bits, bfloat16, integers, booleans. Throws FileError for another
/// type, data in another file, and data that does not fit the shape.
OnnxConstant parse_onnx_tensor(std::span<const std::byte> message, const std::string& file);

/// A graph with the graphs around it: a name that is not computed inside is one of outside.
class OnnxScope {
 public:
  OnnxScope(const OnnxGraph& graph, const OnnxScope* outer) : graph_(graph), outer_(outer) {
    for (const OnnxNode& node : graph.nodes) {
      for (std::size_t i = 0; i < node.outputs.size(); ++i) producers_.try_emplace(node.outputs[i], &node, i);
    }
  }

  struct Found {
    const OnnxScope* scope = nullptr;
    const OnnxNode* node = nullptr;  ///< and which of its outputs
    std::size_t output = 0;
    const std::span<const std::byte>* tensor = nullptr;
  };
  /// Where a name comes from; neither node nor tensor where it is an input of the model.
  Found find(const std::string& name) const;

 private:
  const OnnxGraph& graph_;
  const OnnxScope* outer_;
  std::map<std::string, std::pair<const OnnxNode*, std::size_t>> producers_;
};

/// Computes what follows from constants alone: Constant, ConstantOfShape, Identity, Cast, Reshape, Squeeze, Unsqueeze,
/// Transpose, Slice, Split, Concat, Gather, Shape. Every number stays what it is (a Cast to float rounds).
class OnnxFolder {
 public:
  /// `size` of the file bounds what is computed: at most twice as many bytes and 64 MiB in one array.
  OnnxFolder(const std::string& file, std::uint64_t size);

  /// The value of a name; nothing where it depends on an input of the model or on an operation that is not folded.
  /// Throws FileError for operations on constants that make no sense, and for chains beyond all proportion.
  std::optional<OnnxConstant> value(const OnnxScope& scope, const std::string& name);

 private:
  std::optional<OnnxConstant> value(const OnnxScope& scope, const std::string& name, int depth);
  std::optional<OnnxConstant> fold(const OnnxScope& scope, const OnnxNode& node, std::size_t output, int depth);
  std::optional<OnnxConstant> concat(const OnnxScope& scope, const OnnxNode& node, int depth);
  void spend(std::uint64_t elements);

  std::string file_;
  std::uint64_t largest_, work_left_;
};

}  // namespace unrecur
