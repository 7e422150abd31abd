#include "models/formats/pytorch/torch_view.h"

#include "base/errors.h"

namespace unrecur {
namespace {

void require_inside(const TorchView& view, std::uint64_t stored, const std::string& place, const std::string& file) {
  std::int64_t last = view.offset, elements = 1;
  bool fits = view.offset >= 0;
  for (std::size_t d = 0; d < view.shape.size(); ++d) {
    std::int64_t reach = 0;
    fits = fits && view.shape[d] >= 0 && view.strides[d] >= 0 &&
           !__builtin_mul_overflow(elements, view.shape[d], &elements);
    if (!fits || elements == 0) break;
    fits = !__builtin_mul_overflow(view.shape[d] - 1, view.strides[d], &reach) &&
           !__builtin_add_overflow(last, reach, &last);
  }
  const bool inside =
      elements == 0 || (static_cast<std::uint64_t>(last) < stored && static_cast<std::uint64_t>(elements) <= stored);
  if (!fits || !inside) {
    throw FileError({file, place,
                     "expected a part of its storage of " + std::to_string(stored) + " elements, found offset " +
                         std::to_string(view.offset) + ", shape " + shape_text(view.shape) + ", strides " +
                         shape_text(view.strides),
                     "the archive is damaged"});
  }
}

void copy_elements(const TorchView& view, const Bytes& storage, std::uint64_t width, std::endian order, Bytes& into) {
  std::uint64_t count = 1;
  for (const std::int64_t d : view.shape) count *= static_cast<std::uint64_t>(d);
  into.resize(count * width);
  std::vector<std::int64_t> index(view.shape.size(), 0);
  std::int64_t at = view.offset;
  for (std::uint64_t k = 0; k < count; ++k) {
    for (std::uint64_t b = 0; b < width; ++b) {
      const std::uint64_t from = order == std::endian::big ? width - 1 - b : b;
      into[k * width + b] = storage[static_cast<std::uint64_t>(at) * width + from];
    }
    for (std::size_t d = index.size(); d-- > 0;) {
      at += view.strides[d];
      if (++index[d] < view.shape[d]) break;
      at -= view.shape[d] * view.strides[d];
      index[d] = 0;
    }
  }
}

}  // namespace

Tensor read_torch_view(const TorchView& view, const TorchStorages& storages, const std::string& name,
                       const std::string& file) {
  const std::string place = "tensor '" + name + "'";
  const std::uint64_t width = element_size(view.dtype);
  if (width == 0) {
    throw FileError({file, place, "expected numbers of a plain type", "convert the tensor before torch.save"});
  }
  const Bytes storage = storages.bytes(view.storage, place);
  require_inside(view, storage.size() / width, place, file);
  Tensor tensor{name, view.dtype, view.shape, {}};
  copy_elements(view, storage, width, storages.byte_order(), tensor.data);
  return tensor;
}

}  // namespace unrecur
