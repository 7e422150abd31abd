#include "models/formats/onnx_constants.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "models/errors.h"
#include "models/formats/safetensors.h"

namespace unrecur {
namespace {

constexpr int kDeepestExpression = 100;

using Sizes = std::vector<std::int64_t>;
using Result = std::optional<OnnxConstant>;

/// Number of elements; -1 where a size is negative or strides would not fit 63 bits, even if there are no elements.
std::int64_t count_of(const Sizes& shape) {
  std::int64_t count = 1;
  bool empty = false;
  for (const std::int64_t d : shape) {
    empty = empty || d == 0;
    if (d < 0 || __builtin_mul_overflow(count, std::max<std::int64_t>(d, 1), &count)) return -1;
  }
  return empty ? 0 : count;
}

Sizes strides_of(const Sizes& shape) {
  Sizes strides(shape.size());
  std::int64_t stride = 1;
  for (std::size_t d = shape.size(); d-- > 0; stride *= shape[d]) strides[d] = stride;
  return strides;
}

/// One operation on constants, with messages that name its node.
class Operation {
 public:
  Operation(const OnnxNode& node, const std::string& file) : node_(node), file_(file) {}

  [[noreturn]] void fail(const std::string& problem) const {
    const std::string& name = node_.name.empty() && !node_.outputs.empty() ? node_.outputs[0] : node_.name;
    throw FileError({file_, node_.type + " node '" + name.substr(0, 100) + "'", problem, "the file is damaged"});
  }

  /// An axis of `rank` dimensions, counted from the end where it is negative.
  std::size_t axis(std::int64_t value, std::size_t rank) const {
    const auto size = static_cast<std::int64_t>(rank);
    if (value < -size || value >= size) {
      fail("expected an axis of " + std::to_string(rank) + " dimensions, found " + std::to_string(value));
    }
    return static_cast<std::size_t>(value < 0 ? value + size : value);
  }

  /// out[i] = in[offset + Σ i_d stride_d].
  static OnnxConstant view(const OnnxConstant& in, Sizes shape, std::int64_t offset, const Sizes& strides) {
    OnnxConstant out{std::move(shape), {}};
    const std::int64_t count = count_of(out.shape);
    out.values.reserve(static_cast<std::size_t>(count));
    Sizes index(out.shape.size(), 0);
    for (std::int64_t k = 0; k < count; ++k) {
      out.values.push_back(in.values[static_cast<std::size_t>(offset)]);
      for (std::size_t d = index.size(); d-- > 0;) {
        offset += strides[d];
        if (++index[d] < out.shape[d]) break;
        offset -= out.shape[d] * strides[d];
        index[d] = 0;
      }
    }
    return out;
  }

  OnnxConstant reshape(OnnxConstant in, Sizes shape) const {
    const auto count = static_cast<std::int64_t>(in.values.size());
    for (std::size_t d = 0; d < shape.size(); ++d) {
      if (shape[d] == 0 && node_.integer("allowzero", 0) == 0) shape[d] = d < in.shape.size() ? in.shape[d] : -2;
    }
    const auto open = std::find(shape.begin(), shape.end(), -1);
    if (open != shape.end()) {
      *open = 1;
      const std::int64_t rest = count_of(shape);
      if (rest > 0 && count % rest == 0) *open = count / rest;
    }
    if (count_of(shape) != count) {
      fail("expected a shape for " + std::to_string(count) + " elements, found " + shape_text(shape));
    }
    in.shape = std::move(shape);
    return in;
  }

  OnnxConstant transpose(const OnnxConstant& in) const {
    const std::size_t rank = in.shape.size();
    Sizes order(rank);
    for (std::size_t d = 0; d < rank; ++d) order[d] = static_cast<std::int64_t>(rank - 1 - d);
    if (const OnnxAttribute* perm = node_.find("perm")) order = perm->integers;
    Sizes sorted = order, shape(rank), strides(rank);
    std::sort(sorted.begin(), sorted.end());
    for (std::size_t d = 0; d < rank; ++d) {
      if (sorted.size() != rank || sorted[d] != static_cast<std::int64_t>(d)) fail("expected an order of the axes");
    }
    const Sizes old = strides_of(in.shape);
    for (std::size_t d = 0; d < rank; ++d) {
      shape[d] = in.shape[static_cast<std::size_t>(order[d])];
      strides[d] = old[static_cast<std::size_t>(order[d])];
    }
    return view(in, shape, 0, strides);
  }

  OnnxConstant squeeze(OnnxConstant in, const std::optional<Sizes>& axes) const {
    std::set<std::size_t> gone;
    for (std::size_t d = 0; d < in.shape.size() && !axes; ++d) {
      if (in.shape[d] == 1) gone.insert(d);
    }
    for (const std::int64_t a : axes.value_or(Sizes())) gone.insert(axis(a, in.shape.size()));
    Sizes shape;
    for (std::size_t d = 0; d < in.shape.size(); ++d) {
      if (!gone.contains(d)) {
        shape.push_back(in.shape[d]);
      } else if (in.shape[d] != 1) {
        fail("expected an axis of size 1, found " + std::to_string(in.shape[d]));
      }
    }
    in.shape = std::move(shape);
    return in;
  }

  OnnxConstant unsqueeze(OnnxConstant in, const std::optional<Sizes>& axes) const {
    if (!axes || axes->size() > 16) fail("expected at most 16 axes");
    const std::size_t rank = in.shape.size() + axes->size();
    std::set<std::size_t> added;
    for (const std::int64_t a : *axes) added.insert(axis(a, rank));
    if (added.size() != axes->size()) fail("expected each axis once");
    Sizes shape;
    auto old = in.shape.begin();
    for (std::size_t d = 0; d < rank; ++d) shape.push_back(added.contains(d) ? 1 : *old++);
    in.shape = std::move(shape);
    return in;
  }

  OnnxConstant slice(const OnnxConstant& in, const Sizes& starts, const Sizes& ends, std::optional<Sizes> axes,
                     std::optional<Sizes> steps) const {
    if (!axes) {
      axes.emplace();
      for (std::size_t d = 0; d < starts.size(); ++d) axes->push_back(static_cast<std::int64_t>(d));
    }
    if (!steps) steps = Sizes(starts.size(), 1);
    if (ends.size() != starts.size() || axes->size() != starts.size() || steps->size() != starts.size()) {
      fail("expected as many ends, axes and steps as starts");
    }
    Sizes shape = in.shape, strides = strides_of(in.shape);
    std::int64_t offset = 0;
    for (std::size_t i = 0; i < starts.size(); ++i) {
      const std::size_t d = axis((*axes)[i], shape.size());
      const std::int64_t size = shape[d], step = (*steps)[i];
      if (step == 0 || step == std::numeric_limits<std::int64_t>::min()) fail("expected a step other than 0");
      if (size == 0) continue;
      const auto clamp = [&](std::int64_t at, std::int64_t low, std::int64_t high) {
        return std::clamp(at < 0 ? at + size : at, low, high);
      };
      const std::int64_t first = step > 0 ? clamp(starts[i], 0, size) : clamp(starts[i], 0, size - 1);
      const std::int64_t last = step > 0 ? clamp(ends[i], 0, size) : clamp(ends[i], -1, size - 1);
      const std::int64_t span = step > 0 ? last - first : first - last;
      shape[d] = span <= 0 ? 0 : (span - 1) / std::abs(step) + 1;
      offset += first * strides[d];
      // A step beyond the axis is used once, for one element: its stride counts nowhere.
      strides[d] = shape[d] > 1 ? strides[d] * step : 0;
    }
    return view(in, shape, offset, strides);
  }

  OnnxConstant split(const OnnxConstant& in, std::optional<Sizes> sizes, std::size_t output) const {
    const std::size_t d = axis(node_.integer("axis", 0), in.shape.size());
    const auto parts = static_cast<std::int64_t>(node_.outputs.size());
    if (!sizes) {
      const std::int64_t even = (in.shape[d] + parts - 1) / parts;
      sizes = Sizes(node_.outputs.size(), even);
      sizes->back() = in.shape[d] - even * (parts - 1);
    }
    std::int64_t begin = 0, total = 0;
    for (std::size_t i = 0; i < sizes->size(); ++i) {
      const std::int64_t size = (*sizes)[i];
      if (size < 0 || size > in.shape[d] - total) fail("expected parts that make up the axis");
      if (i < output) begin += size;
      total += size;
    }
    if (total != in.shape[d] || sizes->size() != node_.outputs.size()) fail("expected parts that make up the axis");
    Sizes shape = in.shape;
    const Sizes strides = strides_of(in.shape);
    shape[d] = (*sizes)[output];
    return view(in, shape, begin * strides[d], strides);
  }

  OnnxConstant gather(const OnnxConstant& in, const OnnxConstant& indices) const {
    const std::size_t d = axis(node_.integer("axis", 0), in.shape.size());
    const Sizes strides = strides_of(in.shape);
    const std::int64_t size = in.shape[d],
                       outer = count_of({in.shape.begin(), in.shape.begin() + static_cast<std::ptrdiff_t>(d)});
    const std::int64_t inner = strides[d];
    OnnxConstant out;
    out.shape.assign(in.shape.begin(), in.shape.begin() + static_cast<std::ptrdiff_t>(d));
    out.shape.insert(out.shape.end(), indices.shape.begin(), indices.shape.end());
    out.shape.insert(out.shape.end(), in.shape.begin() + static_cast<std::ptrdiff_t>(d) + 1, in.shape.end());
    for (std::int64_t o = 0; o < outer; ++o) {
      for (const double index : indices.values) {
        const auto end = static_cast<double>(size);
        if (!(index >= -end && index < end)) fail("expected an index into the axis, found " + std::to_string(index));
        const auto at = static_cast<std::int64_t>(index < 0 ? index + end : index);
        const auto from = in.values.begin() + (o * size + at) * inner;
        out.values.insert(out.values.end(), from, from + inner);
      }
    }
    return out;
  }

 private:
  const OnnxNode& node_;
  const std::string& file_;
};

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

Result constant_of(const OnnxNode& node, const std::string& file) {
  if (const OnnxAttribute* a = node.find("value"); a != nullptr && !a->tensor.empty()) {
    return parse_onnx_tensor(a->tensor, file);
  }
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
  }
  return {};
}

OnnxFolder::OnnxFolder(const std::string& file, std::uint64_t size)
    : file_(file),
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
    return parse_onnx_tensor(*found.tensor, file_);
  }
  if (found.node == nullptr || !found.node->standard()) return std::nullopt;
  return fold(*found.scope, *found.node, found.output, depth + 1);
}

Result OnnxFolder::concat(const OnnxScope& scope, const OnnxNode& node, int depth) {
  const Operation operation(node, file_);
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
    if (count_of(out.shape) < 0) operation.fail("expected fewer than 2^63 elements");
  }
  const std::int64_t outer = count_of({out.shape.begin(), out.shape.begin() + static_cast<std::ptrdiff_t>(d)});
  out.values.reserve(total);
  for (std::int64_t o = 0; o < outer; ++o) {
    for (const OnnxConstant& part : parts) {
      const auto run = static_cast<std::ptrdiff_t>(part.values.size()) / outer;  // outer > 0 here
      out.values.insert(out.values.end(), part.values.begin() + o * run, part.values.begin() + (o + 1) * run);
    }
  }
  return out;
}

Result OnnxFolder::fold(const OnnxScope& scope, const OnnxNode& node, std::size_t output, int depth) {
  spend(0);
  const Operation operation(node, file_);
  if (node.type == "Constant") {
    if (const OnnxAttribute* a = node.find("value")) spend(a->tensor.size() / 4);
    return constant_of(node, file_);
  }
  if (node.type == "Concat") return concat(scope, node, depth);
  const bool known = node.type == "Identity" || node.type == "Cast" || node.type == "Reshape" ||
                     node.type == "Transpose" || node.type == "Squeeze" || node.type == "Unsqueeze" ||
                     node.type == "Slice" || node.type == "Split" || node.type == "Gather" || node.type == "Shape" ||
                     node.type == "ConstantOfShape";
  if (!known || node.inputs.empty()) return std::nullopt;
  auto in = value(scope, node.inputs[0], depth);
  if (!in) return std::nullopt;
  spend(in->values.size());

  // A list of integers from an attribute (older versions of the operator) or from an input. Says "open" where there is
  // an input that is not constant.
  bool open = false;
  const auto list = [&](const char* attribute, std::size_t input) -> std::optional<Sizes> {
    if (const OnnxAttribute* a = node.find(attribute)) return a->integers;
    if (input >= node.inputs.size() || node.inputs[input].empty()) return std::nullopt;
    const auto constant = value(scope, node.inputs[input], depth);
    open = open || !constant;
    return constant ? std::optional(integers_of(*constant)) : std::nullopt;
  };
  if (node.type == "Identity") return in;
  if (node.type == "Cast") return cast(std::move(*in), node.integer("to", 0));
  if (node.type == "Transpose") return operation.transpose(*in);
  if (node.type == "Shape") {
    return OnnxConstant{{static_cast<std::int64_t>(in->shape.size())}, {in->shape.begin(), in->shape.end()}};
  }
  if (node.type == "Reshape") {
    const auto shape = list("shape", 1);
    if (!shape) return std::nullopt;
    return operation.reshape(std::move(*in), *shape);
  }
  if (node.type == "Squeeze" || node.type == "Unsqueeze") {
    const auto axes = list("axes", 1);
    if (open) return std::nullopt;
    return node.type == "Squeeze" ? operation.squeeze(std::move(*in), axes) : operation.unsqueeze(std::move(*in), axes);
  }
  if (node.type == "Split") {
    const auto sizes = list("split", 1);
    if (open) return std::nullopt;
    return operation.split(*in, sizes, output);
  }
  if (node.type == "Slice") {
    const auto starts = list("starts", 1), ends = list("ends", 2), axes = list("axes", 3), steps = list("steps", 4);
    if (open || !starts || !ends) return std::nullopt;
    return operation.slice(*in, *starts, *ends, axes, steps);
  }
  if (node.type == "Gather") {
    const auto indices = node.inputs.size() > 1 ? value(scope, node.inputs[1], depth) : std::nullopt;
    if (!indices) return std::nullopt;
    std::uint64_t picked = 0;
    const std::size_t axis = operation.axis(node.integer("axis", 0), in->shape.size());
    const auto size = static_cast<std::uint64_t>(std::max<std::int64_t>(in->shape[axis], 1));
    if (__builtin_mul_overflow(in->values.size() / size, indices->values.size(), &picked)) return std::nullopt;
    spend(picked);
    OnnxConstant out = operation.gather(*in, *indices);
    if (count_of(out.shape) < 0 || out.shape.size() > 16) return std::nullopt;
    return out;
  }
  const Sizes shape = integers_of(*in);
  const std::int64_t count = count_of(shape);
  if (count < 0 || shape.size() > 16) operation.fail("expected a shape, found " + shape_text(shape));
  spend(static_cast<std::uint64_t>(count));
  const OnnxAttribute* fill = node.find("value");
  const OnnxConstant one = fill != nullptr ? parse_onnx_tensor(fill->tensor, file_) : OnnxConstant{{1}, {0.0}};
  if (one.values.size() != 1) operation.fail("expected one number to fill with");
  return OnnxConstant{shape, std::vector<double>(static_cast<std::size_t>(count), one.values[0])};
}

}  // namespace unrecur
