#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/file_bytes.h"

namespace unrecur {

/// What the readers of ONNX need of an attribute; parts that it does not have are empty.
struct OnnxAttribute {
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

/// A graph: the nodes that compute or contain something of interest here, and the constants by name.
struct OnnxGraph {
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

}  // namespace unrecur
