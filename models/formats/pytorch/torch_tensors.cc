#include "models/formats/pytorch/torch_tensors.h"

#include <array>
#include <set>

#include "base/errors.h"
#include "models/formats/pytorch/pickled_numpy.h"
#include "models/formats/pytorch/torch_view.h"

namespace unrecur {
namespace {

using Kind = PickledValue::Kind;

constexpr int deepest = 64;
constexpr std::size_t most_visits = std::size_t{1} << 18, longest_name = 2048;

/// Finds the tensors below a pickled value.
class TensorWalk {
 public:
  TensorWalk(std::shared_ptr<const TorchStorages> storages, RecurrentModel& model)
      : storages_(std::move(storages)), model_(model) {}

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
      std::string part = "key" + std::to_string(i / 2);
      if (key.is(Kind::text)) part = key.text;
      if (key.is(Kind::integer)) part = std::to_string(key.integer);
      // The same parameters again, for cuDNN.
      if (part == "_flat_weights") continue;
      visit(mapping.items[i + 1], joined(name, part), depth + 1);
    }
  }

  void visit_object(const PickledValue& object, const std::string& name, int depth) {
    const PickledValue& type = *object.items[0];
    if (is_pickled_numpy(object)) {
      if (auto array = pickled_numpy(object, name, model_.file)) add(std::move(*array));
    } else if (!visit_call(type.text, object.items[1], name, depth)) {
      visit(object.items[1], name, depth + 1);
      visit(object.items[2], name, depth + 1);
      visit(object.items[3], name, depth + 1);
    }
  }

  /// Calls of the functions that PyTorch rebuilds tensors with; false for another function.
  bool visit_call(const std::string& function, const PickledValue* arguments, const std::string& name, int depth) {
    const auto is = [&](const char* known) { return function == known; };
    if (arguments == nullptr) return false;
    if (is("torch._utils._rebuild_parameter") || is("torch._utils._rebuild_parameter_with_state") ||
        is("torch.jit._pickle.restore_type_tag")) {
      if (!arguments->items.empty()) visit(arguments->items[0], name, depth + 1);
    } else if (is("torch._utils._rebuild_tensor_v2") || is("torch._utils._rebuild_tensor")) {
      const bool elsewhere = !arguments->items.empty() && arguments->items[0]->is(Kind::object);
      if (elsewhere) {
        add_odd(name, {-1, -1}, "a storage that is pickled inside");
      } else {
        add(view_of(*arguments, name), name);
      }
    } else if (is("torch._utils._rebuild_qtensor")) {
      add_odd(name, integers(arguments->items.size() > 2 ? arguments->items[2] : nullptr, name), "quantised numbers");
    } else if (is("torch._tensor._rebuild_from_type_v2")) {
      // (function, type, arguments, state): a tensor of a class of its own.
      const bool good = arguments->items.size() > 2 && arguments->items[0]->is(Kind::name);
      return good && visit_call(arguments->items[0]->text, arguments->items[2], name, depth + 1);
    } else if (function.starts_with("torch._utils._rebuild")) {
      add_odd(name, {-1, -1}, "a form that " + function.substr(0, 80) + " makes");
    } else {
      return false;
    }
    return true;
  }

  [[noreturn]] void malformed(const std::string& name) const {
    throw FileError({model_.file, "pickle, tensor '" + name.substr(0, 100) + "'",
                     "expected a storage, an offset, a shape and strides", "write the file by torch.save"});
  }

  std::vector<std::int64_t> integers(const PickledValue* value, const std::string& name) const {
    // torch.Size((2, 3)) is a call around the tuple.
    if (value != nullptr && value->is(Kind::object) && !value->items[1]->items.empty())
      value = value->items[1]->items[0];
    if (value == nullptr || !value->is(Kind::sequence) || value->items.size() > 16) malformed(name);
    std::vector<std::int64_t> result;
    for (const PickledValue* item : value->items) {
      if (!item->is(Kind::integer)) malformed(name);
      result.push_back(item->integer);
    }
    return result;
  }

  TorchView view_of(const PickledValue& arguments, const std::string& name) const {
    if (!arguments.is(Kind::sequence) || arguments.items.size() < 4) malformed(name);
    const PickledValue& stored = *arguments.items[0];
    if (!stored.is(Kind::stored) || !stored.items[0]->is(Kind::sequence) || stored.items[0]->items.size() < 5 ||
        !arguments.items[1]->is(Kind::integer)) {
      malformed(name);
    }
    // ('storage', class, key, device, number of elements), and before version 0.4 (key, offset, size) of a part.
    const auto& id = stored.items[0]->items;
    if (!id[1]->is(Kind::name) || !id[2]->is(Kind::text) || !id[4]->is(Kind::integer)) malformed(name);
    TorchView view{id[2]->text, torch_dtype(id[1]->text), arguments.items[1]->integer,
                   integers(arguments.items[2], name), integers(arguments.items[3], name)};
    if (id.size() > 5 && id[5]->is(Kind::sequence)) {
      const auto& part = id[5]->items;
      const bool good = part.size() == 3 && part[1]->is(Kind::integer);
      if (!good || __builtin_add_overflow(view.offset, part[1]->integer, &view.offset)) malformed(name);
    }
    if (view.shape.size() != view.strides.size()) malformed(name);
    return view;
  }

  void add(TorchView view, const std::string& name) {
    if (!storages_) malformed(name);
    auto shape = view.shape;
    const auto raw = [storages = storages_, view = std::move(view), name, file = model_.file] {
      return read_torch_view(view, *storages, name, file);
    };
    add({name, std::move(shape), [raw, file = model_.file] { return tensor_to_matrix<double>(raw(), file); }, raw});
  }

  void add_odd(const std::string& name, std::vector<std::int64_t> shape, const std::string& what) {
    const auto refuse = [name, what, file = model_.file]() -> Tensor {
      throw FileError({file, "tensor '" + name + "'", "expected numbers of a plain type, found " + what,
                       "convert the tensor before torch.save"});
    };
    add({name, std::move(shape), [refuse] { return tensor_to_matrix<double>(refuse(), ""); }, refuse});
  }

  void add(StoredTensor tensor) {
    if (names_.insert(tensor.name).second) model_.tensors.push_back(std::move(tensor));
  }

  std::shared_ptr<const TorchStorages> storages_;
  RecurrentModel& model_;
  std::size_t visits_ = 0;
  std::set<std::string> names_;
};

}  // namespace

std::string torch_dtype(const std::string& storage_class) {
  static constexpr std::array<std::pair<const char*, const char*>, 10> types = {{{"torch.FloatStorage", "F32"},
                                                                                 {"torch.DoubleStorage", "F64"},
                                                                                 {"torch.HalfStorage", "F16"},
                                                                                 {"torch.LongStorage", "I64"},
                                                                                 {"torch.BFloat16Storage", "BF16"},
                                                                                 {"torch.IntStorage", "I32"},
                                                                                 {"torch.ShortStorage", "I16"},
                                                                                 {"torch.CharStorage", "I8"},
                                                                                 {"torch.ByteStorage", "U8"},
                                                                                 {"torch.BoolStorage", "BOOL"}}};
  for (const auto& [name, dtype] : types) {
    // torch.cuda.FloatStorage: the same, on a device.
    if (storage_class == name || storage_class == "torch.cuda." + std::string(name).substr(6)) return dtype;
  }
  return {};
}

void add_torch_tensors(const PickledValue& root, const std::shared_ptr<const TorchStorages>& storages,
                       RecurrentModel& model) {
  TensorWalk(storages, model).visit(&root, "");
}

}  // namespace unrecur
