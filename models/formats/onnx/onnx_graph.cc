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
  }
  return graph;
}

}  // namespace unrecur
