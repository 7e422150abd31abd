#include "models/formats/pytorch/pickle_stack.h"

#include "models/formats/pytorch/pickle_calls.h"

namespace unrecur {

/// A pickle of one-byte opcodes makes values of a hundred bytes: the sum is kept below twice its size and 64 MiB.
void PickleStack::spend(std::size_t bytes) {
  spent_ += bytes;
  if (spent_ > 2 * input_.size() + (std::size_t{64} << 20)) {
    input_.fail("the pickle describes too many values for its size");
  }
}

PickledValue* PickleStack::make(Kind kind) {
  spend(sizeof(PickledValue));
  result_.values.emplace_back();
  result_.values.back().kind = kind;
  return &result_.values.back();
}

void PickleStack::push(PickledValue* value) {
  spend(sizeof value);
  stack_.push_back(value);
}

PickledValue* PickleStack::push(Kind kind) {
  push(make(kind));
  return stack_.back();
}

void PickleStack::push_name(std::string_view module, std::string_view name) {
  push(Kind::name)->text = std::string(module) + "." + std::string(name);
}

void PickleStack::push_object(PickledValue* type, PickledValue* arguments) {
  push(Kind::object)->items = {type, arguments, nullptr, nullptr};
}

void PickleStack::gather(std::size_t count) {
  Items items(count);
  for (std::size_t i = count; i-- > 0;) items[i] = pop();
  push_sequence(std::move(items));
}

PickledValue* PickleStack::pop() {
  const std::size_t floor = marks_.empty() ? 0 : marks_.back();
  if (stack_.size() <= floor) input_.fail("expected a value on the stack, found none");
  PickledValue* value = stack_.back();
  stack_.pop_back();
  return value;
}

PickledValue* PickleStack::top() {
  PickledValue* value = pop();
  stack_.push_back(value);
  return value;
}

void PickleStack::mark() {
  spend(sizeof(std::size_t));
  marks_.push_back(stack_.size());
}

PickleStack::Items PickleStack::pop_to_mark() {
  if (marks_.empty()) input_.fail("expected a mark on the stack, found none");
  const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
  Items items(begin, stack_.end());
  stack_.erase(begin, stack_.end());
  marks_.pop_back();
  return items;
}

void PickleStack::drop() {
  if (!marks_.empty() && marks_.back() == stack_.size()) {
    marks_.pop_back();
  } else {
    pop();
  }
}

void PickleStack::append(const Items& items, Kind kind) {
  PickledValue* target = top();
  const bool container = target->is(kind) || target->is(Kind::object);
  if (!container) input_.fail("expected a container to add to, found another value");
  if (kind == Kind::mapping && items.size() % 2 != 0) input_.fail("expected keys and values in pairs");
  auto& into = target->is(Kind::object) ? contents_of(*target).items : target->items;
  into.insert(into.end(), items.begin(), items.end());
}

/// The items that are added to an object, kept as a fourth part.
PickledValue& PickleStack::contents_of(PickledValue& object) {
  if (object.items.size() < 4) object.items.resize(4, nullptr);
  if (object.items[3] == nullptr) object.items[3] = make(Kind::mapping);
  return *object.items[3];
}

void PickleStack::call() {
  PickledValue* arguments = pop();
  PickledValue* function = pop();
  if (!function->is(Kind::name)) input_.fail("expected a name to call, found another value");
  if (!pickle_may_call(function->text)) {
    input_.fail("the pickle calls " + function->text.substr(0, 100) +
                    "; only tensors and plain data are read, and nothing is executed",
                "save the state dictionary alone, and open no such file in Python unless you trust its source");
  }
  if (function->text == "collections.OrderedDict") {
    push(Kind::mapping)->items = pairs_of(*arguments);
    return;
  }
  push_object(function, arguments);
}

/// OrderedDict([(key, value), …]) or OrderedDict().
PickleStack::Items PickleStack::pairs_of(const PickledValue& arguments) const {
  Items items;
  if (arguments.items.empty() || !arguments.items[0]->is(Kind::sequence)) return items;
  for (const PickledValue* pair : arguments.items[0]->items) {
    if (!pair->is(Kind::sequence) || pair->items.size() != 2) input_.fail("expected pairs of key and value");
    items.insert(items.end(), pair->items.begin(), pair->items.end());
  }
  return items;
}

void PickleStack::build() {
  PickledValue* state = pop();
  PickledValue* target = top();
  // State of an OrderedDict is Python's bookkeeping (_metadata of a state dict).
  if (target->is(Kind::object)) target->items[2] = state;
}

void PickleStack::remember(std::uint64_t key) {
  constexpr std::size_t entry = 64;
  spend(entry);
  memo_[key] = top();
}

void PickleStack::recall(std::uint64_t key) {
  const auto found = memo_.find(key);
  if (found == memo_.end()) input_.fail("expected a value remembered as " + std::to_string(key) + ", found none");
  push(found->second);
}

PickledValues PickleStack::finish() {
  result_.root = pop();
  return std::move(result_);
}

}  // namespace unrecur
