#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "models/arrays/matrix.h"
#include "models/formats/onnx/onnx_graph.h"
#include "models/formats/onnx/onnx_operations.h"

namespace unrecur {

/// The places of the numbers of a TensorProto within it, in order; bytes of the types float and double, little-endian.
struct OnnxNumberPlaces {
  std::size_t width = 0;                 ///< 4 or 8; 0: numbers of another type
  bool integers = false;                 ///< and no floats
  std::vector<const std::byte*> places;  ///< of every number
};
OnnxNumberPlaces find_onnx_numbers(std::span<const std::byte> message, const std::string& file);

/// Numbers of a TensorProto: floats of 16, 32, 64 bits, bfloat16, integers, booleans. Throws FileError for another
/// type, data in another file, and data that does not fit the shape.
OnnxConstant parse_onnx_tensor(std::span<const std::byte> message, const std::string& file);

/// A graph with the graphs around it: a name that is not computed inside is one of outside.
class OnnxScope {
 public:
  OnnxScope(const OnnxGraph& graph, const OnnxScope* outer) : OnnxScope(graph, outer, nullptr) {}
  /// The body of a function: of the names outside it sees its inputs only, `arguments` says under which names.
  OnnxScope(const OnnxGraph& graph, const OnnxScope* outer, const std::map<std::string, std::string>* arguments)
      : graph_(graph), outer_(outer), arguments_(arguments) {
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
  const std::map<std::string, std::string>* arguments_;
  std::map<std::string, std::pair<const OnnxNode*, std::size_t>> producers_;
};

/// Computes what follows from constants alone: Constant, ConstantOfShape, Identity, Cast, Reshape, Squeeze, Unsqueeze,
/// Transpose, Slice, Split, Concat, Gather, Shape, DequantizeLinear. Every number stays what it is (a Cast to float and
/// DequantizeLinear round to float).
class OnnxFolder {
 public:
  /// How a TensorProto becomes numbers.
  using Leaf = std::function<OnnxConstant(std::span<const std::byte> message)>;

  /// `size` of the file bounds what is computed: at most twice as many bytes and 64 MiB in one array. With a `leaf` in
  /// the place of parse_onnx_tensor numbers are followed, not computed: a Cast leaves them as they are, and numbers
  /// that no tensor holds become 0. `file` must outlive the folder.
  OnnxFolder(const std::string& file, std::uint64_t size, Leaf leaf = {});

  /// The value of a name; nothing where it depends on an input of the model or on an operation that is not folded.
  /// Throws FileError for operations on constants that make no sense, and for chains beyond all proportion.
  std::optional<OnnxConstant> value(const OnnxScope& scope, const std::string& name);
  /// Names of the stored tensors that have gone into values so far.
  const std::set<std::string>& used() const { return used_; }

 private:
  using Result = std::optional<OnnxConstant>;
  Result value(const OnnxScope& scope, const std::string& name, int depth);
  Result fold(const OnnxScope& scope, const OnnxNode& node, std::size_t output, int depth);
  Result reshape_or_slice(const OnnxScope& scope, const OnnxNode& node, OnnxConstant in, std::size_t output, int depth);
  Result concat(const OnnxScope& scope, const OnnxNode& node, int depth);
  Result gather(const OnnxScope& scope, const OnnxNode& node, const OnnxConstant& in, int depth);
  Result constant(const OnnxNode& node);
  Result dequantise(const OnnxScope& scope, const OnnxNode& node, OnnxConstant in, int depth);
  OnnxConstant fill(const OnnxNode& node, const OnnxConstant& in);
  std::optional<OnnxSizes> list(const OnnxScope& scope, const OnnxNode& node, const char* attribute, std::size_t input,
                                int depth, bool& open);
  void spend(std::uint64_t elements);

  const std::string& file_;
  bool traced_;
  Leaf leaf_;
  std::uint64_t largest_, work_left_;
  std::set<std::string> used_;
};

}  // namespace unrecur
