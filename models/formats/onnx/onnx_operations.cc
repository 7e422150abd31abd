#include "models/formats/onnx/onnx_operations.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <set>

#include "base/errors.h"
#include "models/formats/shared/shape.h"

namespace unrecur {
namespace {

using Sizes = OnnxSizes;

Sizes strides_of(const Sizes& shape) {
  Sizes strides(shape.size());
  std::int64_t stride = 1;
  for (std::size_t d = shape.size(); d-- > 0; stride *= shape[d]) strides[d] = stride;
  return strides;
}

/// out[i] = in[offset + Σ i_d stride_d].
OnnxConstant strided_view(const OnnxConstant& in, Sizes shape, std::int64_t offset, const Sizes& strides) {
  OnnxConstant out{std::move(shape), {}};
  const std::int64_t count = element_count(out.shape).value_or(0);
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

}  // namespace

void OnnxOperation::fail(const std::string& problem) const {
  const std::string& name = node_.name.empty() && !node_.outputs.empty() ? node_.outputs[0] : node_.name;
  throw FileError({file_, node_.type + " node '" + name.substr(0, 100) + "'", problem, "the file is damaged"});
}

std::size_t OnnxOperation::axis(std::int64_t value, std::size_t rank) const {
  const auto size = static_cast<std::int64_t>(rank);
  if (value < -size || value >= size) {
    fail("expected an axis of " + std::to_string(rank) + " dimensions, found " + std::to_string(value));
  }
  return static_cast<std::size_t>(value < 0 ? value + size : value);
}

OnnxConstant OnnxOperation::reshape(OnnxConstant in, Sizes shape) const {
  const auto count = static_cast<std::int64_t>(in.values.size());
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (shape[d] == 0 && node_.integer("allowzero", 0) == 0) shape[d] = d < in.shape.size() ? in.shape[d] : -2;
  }
  const auto open = std::find(shape.begin(), shape.end(), -1);
  if (open != shape.end()) {
    *open = 1;
    const std::int64_t rest = element_count(shape).value_or(0);
    if (rest > 0 && count % rest == 0) *open = count / rest;
  }
  if (element_count(shape) != count) {
    fail("expected a shape for " + std::to_string(count) + " elements, found " + shape_text(shape));
  }
  in.shape = std::move(shape);
  return in;
}

OnnxConstant OnnxOperation::transpose(const OnnxConstant& in) const {
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
  return strided_view(in, shape, 0, strides);
}

OnnxConstant OnnxOperation::squeeze(OnnxConstant in, const std::optional<Sizes>& axes) const {
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

OnnxConstant OnnxOperation::unsqueeze(OnnxConstant in, const std::optional<Sizes>& axes) const {
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

OnnxConstant OnnxOperation::slice(const OnnxConstant& in, const Sizes& starts, const Sizes& ends,
                                  std::optional<Sizes> axes, std::optional<Sizes> steps) const {
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
  return strided_view(in, shape, offset, strides);
}

OnnxConstant OnnxOperation::split(const OnnxConstant& in, std::optional<Sizes> sizes, std::size_t output) const {
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
  return strided_view(in, shape, begin * strides[d], strides);
}

OnnxConstant OnnxOperation::gather(const OnnxConstant& in, const OnnxConstant& indices) const {
  const std::size_t d = axis(node_.integer("axis", 0), in.shape.size());
  const Sizes strides = strides_of(in.shape);
  const std::int64_t size = in.shape[d], outer = element_count(std::span(in.shape).first(d)).value_or(0);
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

}  // namespace unrecur
