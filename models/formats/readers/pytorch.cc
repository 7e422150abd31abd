#include <bit>
#include <memory>
#include <set>

#include "base/byte_order.h"
#include "base/errors.h"
#include "models/formats/pytorch/pickle.h"
#include "models/formats/pytorch/pytorch_names.h"
#include "models/formats/safetensors/safetensors.h"
#include "models/formats/safetensors/safetensors_header.h"
#include "models/formats/shared/model_reader.h"
#include "models/formats/shared/zip.h"

namespace unrecur::registry::readers {
namespace {

using Kind = PickledValue::Kind;

constexpr int deepest = 64;
constexpr std::size_t most_visits = std::size_t{1} << 18, longest_name = 2048;

/// What torch.save wrote before version 1.6: pickles one after the other, the first of them a magic number.
bool is_legacy(std::span<const std::byte> content) {
  return as_text(content).starts_with("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19");
}

/// A zip archive with a pickle FOLDER/data.pkl among its members.
bool recognises(std::span<const std::byte> content) {
  return is_legacy(content) || (is_zip(content) && as_text(content).find("/data.pkl") != std::string_view::npos);
}

/// The element types by the names of storage classes.
std::string dtype_of(const std::string& storage_class) {
  const std::pair<const char*, const char*> types[] = {
      {"torch.FloatStorage", "F32"}, {"torch.DoubleStorage", "F64"},    {"torch.HalfStorage", "F16"},
      {"torch.LongStorage", "I64"},  {"torch.BFloat16Storage", "BF16"}, {"torch.IntStorage", "I32"},
      {"torch.ShortStorage", "I16"}, {"torch.CharStorage", "I8"},       {"torch.ByteStorage", "U8"},
      {"torch.BoolStorage", "BOOL"}};
  for (const auto& [name, dtype] : types) {
    if (storage_class == name) return dtype;
  }
  return {};
}

/// A tensor as the pickle describes it: a part of a storage.
struct View {
  std::string storage, dtype;
  std::int64_t offset = 0, count = 0;  ///< of the part; of the whole storage
  std::vector<std::int64_t> shape, strides;
};

/// An archive of tensors, with the members that hold them.
class Archive {
 public:
  Archive(std::span<const std::byte> content, const std::string& file)
      : file_(file), limit_(unpack_limit(content.size())), members_(parse_zip(content, file)) {
    for (const ZipMember& member : members_) {
      if (member.name.ends_with("/data.pkl")) folder_ = member.name.substr(0, member.name.size() - 8);
    }
    if (folder_.empty())
      throw FileError({file, "", "expected a member data.pkl, found none", "write it by torch.save"});
    if (const ZipMember* order = find_member(members_, folder_ + "byteorder")) {
      if (as_text(unpack(*order, file_, 16)) == "big") order_ = std::endian::big;
    }
  }

  Bytes pickle() const { return unpack(*find_member(members_, folder_ + "data.pkl"), file_, limit_); }

  /// The elements of a view in row-major order, little-endian, as a tensor of that dtype.
  Tensor read(const std::string& name, const View& view) const {
    const std::string place = "tensor '" + name + "'";
    const std::uint64_t width = element_size(view.dtype);
    if (width == 0) {
      throw FileError({file_, place, "expected numbers of a plain type", "convert the tensor before torch.save"});
    }
    const ZipMember* member = find_member(members_, folder_ + "data/" + view.storage);
    if (member == nullptr) {
      throw FileError({file_, place, "expected a member data/" + view.storage.substr(0, 40) + ", found none",
                       "the archive is incomplete"});
    }
    const Bytes storage = unpack(*member, file_, limit_);
    const std::uint64_t stored = storage.size() / width;
    require_inside(view, stored, place);
    Tensor tensor{name, view.dtype, view.shape, {}};
    copy_elements(view, storage, width, tensor.data);
    return tensor;
  }

 private:
  /// Every element that the view names lies in the storage, and the view has no more elements than the storage.
  void require_inside(const View& view, std::uint64_t stored, const std::string& place) const {
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
      throw FileError({file_, place,
                       "expected a part of its storage of " + std::to_string(stored) + " elements, found offset " +
                           std::to_string(view.offset) + ", shape " + shape_text(view.shape) + ", strides " +
                           shape_text(view.strides),
                       "the archive is damaged"});
    }
  }

  void copy_elements(const View& view, const Bytes& storage, std::uint64_t width, Bytes& into) const {
    std::uint64_t count = 1;
    for (const std::int64_t d : view.shape) count *= static_cast<std::uint64_t>(d);
    into.resize(count * width);
    std::vector<std::int64_t> index(view.shape.size(), 0);
    std::int64_t at = view.offset;
    for (std::uint64_t k = 0; k < count; ++k) {
      for (std::uint64_t b = 0; b < width; ++b) {
        const std::uint64_t from = order_ == std::endian::big ? width - 1 - b : b;
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

  std::string file_, folder_;
  std::uint64_t limit_;
  std::vector<ZipMember> members_;
  std::endian order_ = std::endian::little;
};

/// Finds the tensors below a pickled value, with the names that a state dictionary would give them.
class Walk {
 public:
  Walk(const std::shared_ptr<const Archive>& archive, RecurrentModel& model) : archive_(archive), model_(model) {}

  void visit(const PickledValue* value, const std::string& name, int depth = 0) {
    if (value == nullptr) return;
    if (depth > deepest || ++visits_ > most_visits || name.size() > longest_name) {
      throw FileError({model_.file, "pickle, '" + name.substr(0, 100) + "'",
                       depth > deepest ? "expected containers at most " + std::to_string(deepest) + " deep"
                                       : std::string("the pickle's containers refer to one another too often"),
                       "save the state dictionary alone"});
    }
    if (value->is(Kind::mapping)) {
      visit_items(*value, name, depth);
    } else if (value->is(Kind::sequence)) {
      for (std::size_t i = 0; i < value->items.size(); ++i)
        visit(value->items[i], joined(name, std::to_string(i)), depth + 1);
    } else if (value->is(Kind::object)) {
      visit_object(*value, name, depth);
    }
  }

 private:
  static std::string joined(const std::string& name, const std::string& part) {
    // Modules keep these in dictionaries that state dictionaries do not show.
    if (part == "_parameters" || part == "_modules" || part == "_buffers") return name;
    return name.empty() ? part : name + "." + part;
  }

  void visit_items(const PickledValue& mapping, const std::string& name, int depth) {
    for (std::size_t i = 0; i + 1 < mapping.items.size(); i += 2) {
      const PickledValue& key = *mapping.items[i];
      if (key.is(Kind::text)) visit(mapping.items[i + 1], joined(name, key.text), depth + 1);
      if (key.is(Kind::integer)) visit(mapping.items[i + 1], joined(name, std::to_string(key.integer)), depth + 1);
    }
  }

  void visit_object(const PickledValue& object, const std::string& name, int depth) {
    const PickledValue& type = *object.items[0];
    const PickledValue& arguments = *object.items[1];
    if (type.text == "torch._utils._rebuild_parameter" || type.text == "torch._utils._rebuild_parameter_with_state" ||
        type.text == "torch.jit._pickle.restore_type_tag") {
      if (!arguments.items.empty()) visit(arguments.items[0], name, depth + 1);
    } else if (type.text == "torch._utils._rebuild_tensor_v2" || type.text == "torch._utils._rebuild_tensor") {
      add(view_of(arguments, name), name);
    } else {
      visit(object.items[2], name, depth + 1);
      visit(object.items[3], name, depth + 1);
    }
  }

  [[noreturn]] void malformed(const std::string& name) const {
    throw FileError({model_.file, "pickle, tensor '" + name.substr(0, 100) + "'",
                     "expected a storage, an offset, a shape and strides", "write the file by torch.save"});
  }

  std::vector<std::int64_t> integers(const PickledValue* value, const std::string& name) const {
    // torch.Size((2, 3)) is a call around the tuple.
    if (value != nullptr && value->is(Kind::object) && !value->items[1]->items.empty())
      value = value->items[1]->items[0];
    if (value == nullptr || !value->is(Kind::sequence)) malformed(name);
    std::vector<std::int64_t> result;
    for (const PickledValue* item : value->items) {
      if (!item->is(Kind::integer)) malformed(name);
      result.push_back(item->integer);
    }
    return result;
  }

  View view_of(const PickledValue& arguments, const std::string& name) const {
    if (!arguments.is(Kind::sequence) || arguments.items.size() < 4) malformed(name);
    const PickledValue& stored = *arguments.items[0];
    if (!stored.is(Kind::stored) || !stored.items[0]->is(Kind::sequence) || stored.items[0]->items.size() < 5 ||
        !arguments.items[1]->is(Kind::integer)) {
      malformed(name);
    }
    // ('storage', class, key, device, number of elements)
    const auto& id = stored.items[0]->items;
    if (!id[1]->is(Kind::name) || !id[2]->is(Kind::text) || !id[4]->is(Kind::integer)) malformed(name);
    View view{id[2]->text,
              dtype_of(id[1]->text),
              arguments.items[1]->integer,
              id[4]->integer,
              integers(arguments.items[2], name),
              integers(arguments.items[3], name)};
    if (view.shape.size() != view.strides.size() || view.shape.size() > 16) malformed(name);
    return view;
  }

  void add(View view, const std::string& name) {
    if (!names_.insert(name).second) return;
    auto shape = view.shape;
    const auto raw = [archive = archive_, view = std::move(view), name] { return archive->read(name, view); };
    model_.tensors.push_back(
        {name, std::move(shape), [raw, file = model_.file] { return tensor_to_matrix<double>(raw(), file); }, raw});
  }

  std::shared_ptr<const Archive> archive_;
  RecurrentModel& model_;
  std::size_t visits_ = 0;
  std::set<std::string> names_;
};

void read(std::span<const std::byte> content, RecurrentModel& model) {
  if (is_legacy(content)) {
    throw FileError({model.file, "byte 0", "expected a zip archive, found PyTorch's file format of before version 1.6",
                     "load it and save its state dictionary again with torch.save, or as safetensors"});
  }
  const auto archive = std::make_shared<const Archive>(content, model.file);
  const Bytes pickle = archive->pickle();
  const PickledValues values = parse_pickle(pickle, model.file);
  Walk(archive, model).visit(values.root, "");
  model.layers = layers_by_pytorch_names(model.tensors, model.file);
}

}  // namespace

extern const ModelReader pytorch;
const ModelReader pytorch{"pytorch", recognises, read};

}  // namespace unrecur::registry::readers
