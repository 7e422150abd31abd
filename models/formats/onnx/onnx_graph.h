#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/file_bytes.h"

namespace unrecur {

/// What the readers of ONNX need of an attribute; parts that it does not have are empty.
struct OnnxAttribute {
  std::string reference;  ///< inside a function: the attribute of the call that this one takes its value from
  std::int64_t integer = 0;
  double real = 0.0;
  std::string text;
  std::vector<std::int64_t> integers;
  std::vector<double> reals;
  std::vector<std::string> texts;
  std::span<const std::byte> tensor;               ///< a TensorProto
  std::vector<std::span<const std::byte>> graphs;  ///< of GraphProto
};

struct OnnxNode {
  std::string name, type, domain;
  std::vector<std::string> inputs, outputs;
  std::map<std::string, OnnxAttribute> attributes;

  const OnnxAttribute* find(const std::string& attribute) const;
  std::int64_t integer(const std::string& attribute, std::int64_t fallback) const;
  std::string text(const std::string& attribute, const std::string& fallback) const;
  bool standard() const { return domain.empty() || domain == "ai.onnx"; }
};

/// A name that goes into or comes out of a graph, with its element type (0 where that is not said) and its shape.
struct OnnxValue {
  std::string name;
  std::int64_t type = 0;
  std::optional<std::vector<std::int64_t>> shape{};  ///< −1: a size that the file leaves open

  /// Whether it can hold anything but whole numbers and truth values.
  bool real() const { return type == 0 || type == 1 || type == 10 || type == 11 || type > 13; }
};

/// A graph: the nodes that compute or contain something of interest here, and the constants by name.
struct OnnxGraph {
  std::vector<OnnxValue> inputs, outputs;
  std::vector<OnnxNode> nodes;
  std::map<std::string, std::span<const std::byte>> initializers;  ///< TensorProto
};

/// Bytes that parsing may still take; a graph of very many tiny nodes takes many times its size.
class OnnxBudget {
 public:
  OnnxBudget(std::uint64_t left, const std::string& file) : left_(left), file_(file) {}
  void spend(std::uint64_t bytes);

 private:
  std::uint64_t left_;
  std::string file_;
};

/// Parses one GraphProto; graphs inside attributes stay bytes. Throws FileError.
OnnxGraph parse_onnx_graph(std::span<const std::byte> message, const std::string& file, OnnxBudget& budget);

/// A function that is local to a model: nodes that stand for one.
struct OnnxFunction {
  OnnxGraph graph;                                  ///< inputs and outputs are the formal ones
  std::map<std::string, OnnxAttribute> defaults{};  ///< of attributes that a call may leave out
};
/// Parses one FunctionProto as it is called by a node: attributes that refer to the call's have those values. Throws
/// FileError.
OnnxFunction parse_onnx_function(std::span<const std::byte> message, const OnnxNode& call, const std::string& file,
                                 OnnxBudget& budget);
/// "DOMAIN::NAME" of a FunctionProto, and of the function that a node would call.
std::string onnx_function_name(std::span<const std::byte> message, const std::string& file);
std::string onnx_function_name(const OnnxNode& call);

}  // namespace unrecur
