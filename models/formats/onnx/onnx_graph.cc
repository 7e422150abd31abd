#include "models/formats/onnx/onnx_graph.h"

#include "base/errors.h"
#include "models/formats/onnx/wire.h"

namespace unrecur {
namespace {

OnnxAttribute parse_attribute(std::span<const std::byte> message, const std::string& file, std::string& name,
                              OnnxBudget& budget) {
  OnnxAttribute attribute;
  budget.spend(sizeof(OnnxAttribute) + sizeof(std::string) + message.size());
  for (Wire field(message, file); field.next();) {
    switch (field.number()) {
      case 1:
        name = field.text();
        break;
      case 2:
        attribute.real = field.single();
        break;
      case 3:
        attribute.integer = field.integer();
        break;
      case 4:
        attribute.text = field.text();
        break;
      case 5:
        attribute.tensor = field.bytes();
        break;
      case 6:
      case 11:
        attribute.graphs.push_back(field.bytes());
        break;
      case 7:
        field.each_real<float>([&](float value) { attribute.reals.push_back(value); });
        break;
      case 8:
        // A number of one byte takes eight.
        field.each_integer([&](std::int64_t value) {
          budget.spend(sizeof value);
          attribute.integers.push_back(value);
        });
        break;
      case 9:
        budget.spend(sizeof(std::string));
        attribute.texts.push_back(field.text());
        break;
      case 21:
        attribute.reference = field.text();
        break;
      default:
        break;
    }
  }
  return attribute;
}

OnnxNode parse_node(std::span<const std::byte> message, const std::string& file, OnnxBudget& budget) {
  OnnxNode node;
  budget.spend(sizeof(OnnxNode));
  for (Wire field(message, file); field.next();) {
    std::string name;
    switch (field.number()) {
      case 1:
      case 2:
        budget.spend(sizeof(std::string));
        (field.number() == 1 ? node.inputs : node.outputs).push_back(field.text());
        break;
      case 3:
        node.name = field.text();
        break;
      case 4:
        node.type = field.text();
        break;
      case 5: {
        OnnxAttribute attribute = parse_attribute(field.bytes(), file, name, budget);
        node.attributes[name] = std::move(attribute);
        break;
      }
      case 7:
        node.domain = field.text();
        break;
      default:
        break;
    }
  }
  return node;
}

/// TensorShapeProto.
std::vector<std::int64_t> parse_sizes(std::span<const std::byte> message, const std::string& file, OnnxBudget& budget) {
  std::vector<std::int64_t> sizes;
  for (Wire field(message, file); field.next();) {
    if (field.number() != 1) continue;
    budget.spend(sizeof(std::int64_t));
    std::int64_t size = -1;
    for (Wire dimension(field.bytes(), file); dimension.next();) {
      if (dimension.number() == 1) size = dimension.integer();
    }
    sizes.push_back(size > 0 ? size : -1);
  }
  return sizes;
}

/// ValueInfoProto: name, and TypeProto with the element type and the shape of a tensor.
OnnxValue parse_value(std::span<const std::byte> message, const std::string& file, OnnxBudget& budget) {
  OnnxValue value;
  const auto type_of = [&](std::span<const std::byte> type) {
    for (Wire field(type, file); field.next();) {
      if (field.number() != 1) continue;
      for (Wire tensor(field.bytes(), file); tensor.next();) {
        if (tensor.number() == 1) value.type = tensor.integer();
        if (tensor.number() == 2) value.shape = parse_sizes(tensor.bytes(), file, budget);
      }
    }
  };
  for (Wire field(message, file); field.next();) {
    if (field.number() == 1) value.name = field.text();
    if (field.number() == 2) type_of(field.bytes());
  }
  return value;
}

std::string tensor_name(std::span<const std::byte> message, const std::string& file) {
  std::string name;
  for (Wire field(message, file); field.next();) {
    if (field.number() == 8) name = field.text();
  }
  return name;
}

}  // namespace

const OnnxAttribute* OnnxNode::find(const std::string& attribute) const {
  const auto found = attributes.find(attribute);
  return found == attributes.end() ? nullptr : &found->second;
}

std::int64_t OnnxNode::integer(const std::string& attribute, std::int64_t fallback) const {
  const OnnxAttribute* found = find(attribute);
  return found == nullptr ? fallback : found->integer;
}

std::string OnnxNode::text(const std::string& attribute, const std::string& fallback) const {
  const OnnxAttribute* found = find(attribute);
  return found == nullptr ? fallback : found->text;
}

void OnnxBudget::spend(std::uint64_t bytes) {
  if (bytes > left_) {
    throw FileError({file_, "graph", "expected nodes in proportion to the size of the file, found more", ""});
  }
  left_ -= bytes;
}

OnnxGraph parse_onnx_graph(std::span<const std::byte> message, const std::string& file, OnnxBudget& budget) {
  OnnxGraph graph;
  for (Wire field(message, file); field.next();) {
    if (field.number() == 1) graph.nodes.push_back(parse_node(field.bytes(), file, budget));
    if (field.number() == 5) {
      budget.spend(128);
      graph.initializers[tensor_name(field.bytes(), file)] = field.bytes();
    }
    if (field.number() == 11 || field.number() == 12) {
      budget.spend(sizeof(OnnxValue));
      (field.number() == 11 ? graph.inputs : graph.outputs).push_back(parse_value(field.bytes(), file, budget));
    }
  }
  return graph;
}

OnnxFunction parse_onnx_function(std::span<const std::byte> message, const OnnxNode& call, const std::string& file,
                                 OnnxBudget& budget) {
  OnnxFunction function;
  for (Wire field(message, file); field.next();) {
    if (field.number() == 4 || field.number() == 5) {
      budget.spend(sizeof(OnnxValue));
      (field.number() == 4 ? function.graph.inputs : function.graph.outputs).push_back({.name = field.text()});
    }
    if (field.number() == 7) function.graph.nodes.push_back(parse_node(field.bytes(), file, budget));
    if (field.number() == 11) {
      std::string name;
      OnnxAttribute attribute = parse_attribute(field.bytes(), file, name, budget);
      function.defaults[name] = std::move(attribute);
    }
  }
  for (OnnxNode& node : function.graph.nodes) {
    for (auto at = node.attributes.begin(); at != node.attributes.end();) {
      const std::string reference = at->second.reference;
      const OnnxAttribute* given = reference.empty() ? &at->second : call.find(reference);
      if (given == nullptr) {
        const auto fallback = function.defaults.find(reference);
        if (fallback != function.defaults.end()) given = &fallback->second;
      }
      if (given == nullptr) {
        at = node.attributes.erase(at);
        continue;
      }
      if (given != &at->second) {
        budget.spend(sizeof(OnnxAttribute) + given->text.size() + 8 * (given->integers.size() + given->reals.size()));
        at->second = OnnxAttribute(*given);
      }
      ++at;
    }
  }
  return function;
}

std::string onnx_function_name(std::span<const std::byte> message, const std::string& file) {
  std::string name, domain;
  for (Wire field(message, file); field.next();) {
    if (field.number() == 1) name = field.text();
    if (field.number() == 10) domain = field.text();
  }
  return domain + "::" + name;
}

std::string onnx_function_name(const OnnxNode& call) {
  return call.domain + "::" + call.type;
}

}  // namespace unrecur
