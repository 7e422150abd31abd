#include "models/formats/onnx/onnx_constants.h"

#include <algorithm>
#include <cmath>

#include "base/errors.h"
#include "models/formats/shared/shape.h"

namespace unrecur {
namespace {

constexpr int kDeepestExpression = 100;

using Sizes = OnnxSizes;
using Result = std::optional<OnnxConstant>;

Sizes integers_of(const OnnxConstant& constant) {
  Sizes result;
  for (const double value : constant.values) {
    // Ends of slices are given as the largest integer there is.
    const double bound = 0x1p62;
    result.push_back(static_cast<std::int64_t>(std::isnan(value) ? 0.0 : std::clamp(value, -bound, bound)));
  }
  return result;
}

Result cast(OnnxConstant in, std::int64_t type) {
  constexpr std::int64_t to_float = 1, to_int32 = 6, to_int64 = 7, to_double = 11;
  if (type == to_double) return in;
  for (double& value : in.values) {
    if (type == to_float) {
      value = static_cast<double>(static_cast<float>(value));
    } else if (type == to_int32 || type == to_int64) {
      value = std::trunc(value);
    } else {
      return std::nullopt;
    }
  }
  return in;
}

/// A constant that is spelled out in attributes.
Result listed_constant(const OnnxNode& node) {
  if (const OnnxAttribute* a = node.find("value_float")) return OnnxConstant{{}, {a->real}};
  if (const OnnxAttribute* a = node.find("value_int")) return OnnxConstant{{}, {static_cast<double>(a->integer)}};
  if (const OnnxAttribute* a = node.find("value_floats")) {
    return OnnxConstant{{static_cast<std::int64_t>(a->reals.size())}, a->reals};
  }
  if (const OnnxAttribute* a = node.find("value_ints")) {
    return OnnxConstant{{static_cast<std::int64_t>(a->integers.size())}, {a->integers.begin(), a->integers.end()}};
  }
  return std::nullopt;
}

}  // namespace

OnnxScope::Found OnnxScope::find(const std::string& name) const {
  for (const OnnxScope* scope = this; scope != nullptr; scope = scope->outer_) {
    if (const auto produced = scope->producers_.find(name); produced != scope->producers_.end()) {
      return {scope, produced->second.first, produced->second.second, nullptr};
    }
    if (const auto tensor = scope->graph_.initializers.find(name); tensor != scope->graph_.initializers.end()) {
      return {scope, nullptr, 0, &tensor->second};
    }
    if (scope->arguments_ != nullptr) {
      const auto argument = scope->arguments_->find(name);
      if (argument == scope->arguments_->end() || scope->outer_ == nullptr) return {};
      return scope->outer_->find(argument->second);
    }
  }
  return {};
}

OnnxFolder::OnnxFolder(const std::string& file, std::uint64_t size, Leaf leaf)
    : file_(file),
      traced_(leaf != nullptr),
      leaf_(leaf ? std::move(leaf)
                 : [&file](std::span<const std::byte> message) { return parse_onnx_tensor(message, file); }),
      largest_((2 * size + (std::uint64_t{64} << 20)) / 8),
      work_left_(16 * size + (std::uint64_t{1} << 24)) {}

void OnnxFolder::spend(std::uint64_t elements) {
  // Also an operation on nothing is work.
  const std::uint64_t work = elements + 16;
  if (elements > largest_ || work > work_left_) {
    throw FileError({file_, "graph",
                     "expected weights in proportion to the size of the file, found constants that "
                     "unfold to many times as much",
                     ""});
  }
  work_left_ -= work;
}

Result OnnxFolder::value(const OnnxScope& scope, const std::string& name) {
  return value(scope, name, 0);
}

Result OnnxFolder::value(const OnnxScope& scope, const std::string& name, int depth) {
  if (name.empty() || depth > kDeepestExpression) return std::nullopt;
  const OnnxScope::Found found = scope.find(name);
  if (found.tensor != nullptr) {
    spend(found.tensor->size() / 4);
    used_.insert(name);
    OnnxConstant constant = leaf_(*found.tensor);
    // Numbers in another file: many tensors may name the same.
    if (constant.values.size() > found.tensor->size()) spend(constant.values.size());
    return constant;
  }
  if (found.node == nullptr || !found.node->standard()) return std::nullopt;
  return fold(*found.scope, *found.node, found.output, depth + 1);
}

Result OnnxFolder::concat(const OnnxScope& scope, const OnnxNode& node, int depth) {
  const OnnxOperation operation(node, file_);
  std::vector<OnnxConstant> parts;
  std::uint64_t total = 0;
  for (const std::string& input : node.inputs) {
    auto part = value(scope, input, depth);
    if (!part) return std::nullopt;
    total += part->values.size();
    spend(total);
    parts.push_back(std::move(*part));
  }
  if (parts.empty()) operation.fail("expected inputs");
  const std::size_t d = operation.axis(node.integer("axis", 0), parts[0].shape.size());
  OnnxConstant out{parts[0].shape, {}};
  out.shape[d] = 0;
  for (const OnnxConstant& part : parts) {
    Sizes rest = part.shape;
    if (rest.size() == out.shape.size()) rest[d] = out.shape[d];
    if (rest != out.shape) operation.fail("expected shapes that differ on the axis only");
    out.shape[d] += part.shape[d];
    if (!element_count(out.shape)) operation.fail("expected fewer than 2^63 elements");
  }
  const std::int64_t outer = element_count(std::span(out.shape).first(d)).value_or(0);
  out.values.reserve(total);
  for (std::int64_t o = 0; o < outer; ++o) {
    for (const OnnxConstant& part : parts) {
      const auto run = static_cast<std::ptrdiff_t>(part.values.size()) / outer;  // outer > 0 here
      out.values.insert(out.values.end(), part.values.begin() + o * run, part.values.begin() + (o + 1) * run);
    }
  }
  return out;
}

Result OnnxFolder::gather(const OnnxScope& scope, const OnnxNode& node, const OnnxConstant& in, int depth) {
  const OnnxOperation operation(node, file_);
  const auto indices = node.inputs.size() > 1 ? value(scope, node.inputs[1], depth) : std::nullopt;
  if (!indices) return std::nullopt;
  std::uint64_t picked = 0;
  const std::size_t axis = operation.axis(node.integer("axis", 0), in.shape.size());
  const auto size = static_cast<std::uint64_t>(std::max<std::int64_t>(in.shape[axis], 1));
  if (__builtin_mul_overflow(in.values.size() / size, indices->values.size(), &picked)) return std::nullopt;
  spend(picked);
  OnnxConstant out = operation.gather(in, *indices);
  if (!element_count(out.shape) || out.shape.size() > 16) return std::nullopt;
  return out;
}

/// y = (x − zero) scale, rounded to float as the operator does; one scale, or one for each index of an axis.
Result OnnxFolder::dequantise(const OnnxScope& scope, const OnnxNode& node, OnnxConstant in, int depth) {
  const OnnxOperation operation(node, file_);
  const auto input = [&](std::size_t i) {
    return i < node.inputs.size() && !node.inputs[i].empty() ? value(scope, node.inputs[i], depth) : std::nullopt;
  };
  const Result scale = input(1), zero = input(2);
  const bool has_zero = node.inputs.size() > 2 && !node.inputs[2].empty();
  if (!scale || (has_zero && !zero) || node.integer("block_size", 0) != 0) return std::nullopt;
  std::size_t inner = in.values.size(), count = 1;
  if (scale->values.size() != 1) {
    const std::size_t axis = operation.axis(node.integer("axis", 1), in.shape.size());
    count = static_cast<std::size_t>(in.shape[axis]);
    inner = static_cast<std::size_t>(element_count(std::span(in.shape).subspan(axis + 1)).value_or(0));
  }
  if (scale->values.size() != count || (has_zero && zero->values.size() != count)) {
    operation.fail("expected a scale and a zero for each of " + std::to_string(count) + ", found " +
                   std::to_string(scale->values.size()));
  }
  for (std::size_t k = 0; k < in.values.size(); ++k) {
    const std::size_t at = count == 1 ? 0 : k / inner % count;
    const double shifted = in.values[k] - (has_zero ? zero->values[at] : 0.0);
    // What is followed, not computed, comes from no number that could be replaced.
    in.values[k] = traced_ ? 0.0 : static_cast<double>(static_cast<float>(shifted * scale->values[at]));
  }
  return in;
}

OnnxConstant OnnxFolder::fill(const OnnxNode& node, const OnnxConstant& in) {
  const OnnxOperation operation(node, file_);
  const Sizes shape = integers_of(in);
  const auto count = element_count(shape);
  if (!count || shape.size() > 16) operation.fail("expected a shape, found " + shape_text(shape));
  spend(static_cast<std::uint64_t>(*count));
  const OnnxAttribute* with = node.find("value");
  const OnnxConstant one = with != nullptr ? leaf_(with->tensor) : OnnxConstant{{1}, {0.0}};
  if (one.values.size() != 1) operation.fail("expected one number to fill with");
  return OnnxConstant{shape, std::vector<double>(static_cast<std::size_t>(*count), one.values[0])};
}

Result OnnxFolder::constant(const OnnxNode& node) {
  const OnnxAttribute* tensor = node.find("value");
  if (tensor != nullptr && !tensor->tensor.empty()) {
    spend(tensor->tensor.size() / 4);
    return leaf_(tensor->tensor);
  }
  Result listed = listed_constant(node);
  if (listed && traced_) std::fill(listed->values.begin(), listed->values.end(), 0.0);
  return listed;
}

/// A list of integers from an attribute (older versions of the operator) or from an input. `open` becomes true where
/// there is an input that is not constant.
std::optional<OnnxSizes> OnnxFolder::list(const OnnxScope& scope, const OnnxNode& node, const char* attribute,
                                          std::size_t input, int depth, bool& open) {
  if (const OnnxAttribute* a = node.find(attribute)) return a->integers;
  if (input >= node.inputs.size() || node.inputs[input].empty()) return std::nullopt;
  const auto constant = value(scope, node.inputs[input], depth);
  open = open || !constant;
  return constant ? std::optional(integers_of(*constant)) : std::nullopt;
}

Result OnnxFolder::fold(const OnnxScope& scope, const OnnxNode& node, std::size_t output, int depth) {
  spend(0);
  const std::string& type = node.type;
  if (type == "Constant") return constant(node);
  if (type == "Concat") return concat(scope, node, depth);
  const bool known = type == "Identity" || type == "Cast" || type == "Reshape" || type == "Transpose" ||
                     type == "Squeeze" || type == "Unsqueeze" || type == "Slice" || type == "Split" ||
                     type == "Gather" || type == "Shape" || type == "ConstantOfShape" || type == "DequantizeLinear";
  if (!known || node.inputs.empty()) return std::nullopt;
  auto in = value(scope, node.inputs[0], depth);
  if (!in) return std::nullopt;
  spend(in->values.size());
  if (type == "Identity") return in;
  if (type == "Cast") return traced_ ? in : cast(std::move(*in), node.integer("to", 0));
  if (type == "Gather") return gather(scope, node, *in, depth);
  if (type == "ConstantOfShape") return fill(node, *in);
  if (type == "DequantizeLinear") return dequantise(scope, node, std::move(*in), depth);
  if (type == "Shape") {
    return OnnxConstant{{static_cast<std::int64_t>(in->shape.size())}, {in->shape.begin(), in->shape.end()}};
  }
  return reshape_or_slice(scope, node, std::move(*in), output, depth);
}

Result OnnxFolder::reshape_or_slice(const OnnxScope& scope, const OnnxNode& node, OnnxConstant in, std::size_t output,
                                    int depth) {
  const OnnxOperation operation(node, file_);
  bool open = false;
  const auto read = [&](const char* attribute, std::size_t input) {
    return list(scope, node, attribute, input, depth, open);
  };
  if (node.type == "Transpose") return operation.transpose(in);
  if (node.type == "Reshape") {
    const auto shape = read("shape", 1);
    return shape ? Result(operation.reshape(std::move(in), *shape)) : std::nullopt;
  }
  if (node.type == "Squeeze" || node.type == "Unsqueeze") {
    const auto axes = read("axes", 1);
    if (open) return std::nullopt;
    return node.type == "Squeeze" ? operation.squeeze(std::move(in), axes) : operation.unsqueeze(std::move(in), axes);
  }
  if (node.type == "Split") {
    const auto sizes = read("split", 1);
    return open ? std::nullopt : Result(operation.split(in, sizes, output));
  }
  const auto starts = read("starts", 1), ends = read("ends", 2), axes = read("axes", 3), steps = read("steps", 4);
  if (open || !starts || !ends) return std::nullopt;
  return operation.slice(in, *starts, *ends, axes, steps);
}

}  // namespace unrecur
