#include "models/formats/pickle.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <map>

#include "models/errors.h"
#include "models/formats/byte_order.h"
#include "models/formats/file_bytes.h"

namespace unrecur {
namespace {

using Kind = PickledValue::Kind;

/// What a pickle may call. Calls are recorded, not made.
constexpr std::array callable = {"collections.OrderedDict",
                                 "collections.defaultdict",
                                 "torch._utils._rebuild_tensor",
                                 "torch._utils._rebuild_tensor_v2",
                                 "torch._utils._rebuild_parameter",
                                 "torch._utils._rebuild_parameter_with_state",
                                 "torch._utils._rebuild_qtensor",
                                 "torch.jit._pickle.build_intlist",
                                 "torch.jit._pickle.build_doublelist",
                                 "torch.jit._pickle.build_boollist",
                                 "torch.jit._pickle.build_tensorlist",
                                 "torch.jit._pickle.restore_type_tag",
                                 "torch.Size",
                                 "torch.device",
                                 "numpy.core.multiarray.scalar",
                                 "numpy._core.multiarray.scalar",
                                 "numpy.core.multiarray._reconstruct",
                                 "numpy._core.multiarray._reconstruct",
                                 "numpy.dtype",
                                 "_codecs.encode",
                                 "pathlib.PosixPath",
                                 "pathlib.WindowsPath",
                                 "copyreg._reconstructor",
                                 "copy_reg._reconstructor",
                                 "builtins.set",
                                 "__builtin__.set",
                                 "builtins.frozenset",
                                 "builtins.complex",
                                 "builtins.bytearray",
                                 "__builtin__.bytearray",
                                 "builtins.slice"};

bool may_be_called(const std::string& name) {
  return std::any_of(callable.begin(), callable.end(), [&](const char* known) { return name == known; });
}

class Machine {
 public:
  Machine(std::span<const std::byte> content, const std::string& file) : content_(content), file_(file) {}

  PickledValues run() {
    while (!stopped_) step();
    result_.root = pop();
    return std::move(result_);
  }

 private:
  [[noreturn]] void fail(const std::string& problem, const std::string& remedy = "") const {
    throw FileError({file_, "pickle, byte " + std::to_string(opcode_), problem, remedy});
  }

  std::string_view take(std::uint64_t size) {
    if (size > content_.size() - at_) fail("expected more bytes, found the end", "the file is truncated");
    const std::string_view text = as_text(content_.subspan(at_, size));
    at_ += size;
    return text;
  }
  template <class T>
  T number(std::endian order = std::endian::little) {
    return load<T>(as_bytes(take(sizeof(T))).data(), order);
  }
  std::string_view line() {
    const std::size_t end = as_text(content_).find('\n', at_);
    if (end == std::string_view::npos) fail("expected the end of a line, found the end", "the file is truncated");
    const std::string_view text = take(end - at_);
    take(1);
    return text;
  }

  /// A pickle of one-byte opcodes makes values of a hundred bytes: the sum is kept below twice its size and 64 MiB.
  void spend(std::size_t bytes) {
    spent_ += bytes;
    if (spent_ > 2 * content_.size() + (std::size_t{64} << 20))
      fail("the pickle describes too many values for its size");
  }

  PickledValue* make(Kind kind) {
    spend(sizeof(PickledValue));
    result_.values.emplace_back();
    result_.values.back().kind = kind;
    return &result_.values.back();
  }
  void push(PickledValue* value) {
    spend(sizeof value);
    stack_.push_back(value);
  }
  PickledValue* push(Kind kind) {
    push(make(kind));
    return stack_.back();
  }
  void push_text(std::string_view text) { push(Kind::text)->text = text; }
  void push_integer(std::int64_t value) { push(Kind::integer)->integer = value; }
  PickledValue* pop() {
    const std::size_t floor = marks_.empty() ? 0 : marks_.back();
    if (stack_.size() <= floor) fail("expected a value on the stack, found none");
    PickledValue* top = stack_.back();
    stack_.pop_back();
    return top;
  }
  PickledValue* top() {
    PickledValue* value = pop();
    stack_.push_back(value);
    return value;
  }
  std::vector<PickledValue*> pop_to_mark() {
    if (marks_.empty()) fail("expected a mark on the stack, found none");
    const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<PickledValue*> items(begin, stack_.end());
    stack_.erase(begin, stack_.end());
    marks_.pop_back();
    return items;
  }

  void push_sequence(std::vector<PickledValue*> items) { push(Kind::sequence)->items = std::move(items); }
  void push_top(std::size_t count) {
    std::vector<PickledValue*> items(count);
    for (std::size_t i = count; i-- > 0;) items[i] = pop();
    push_sequence(std::move(items));
  }
  void append(const std::vector<PickledValue*>& items, Kind kind) {
    PickledValue* target = top();
    // Calls may stand for containers: OrderedDict(), defaultdict(list), set(…).
    const bool container = target->is(kind) || target->is(Kind::object);
    if (!container) fail("expected a container to add to, found another value");
    if (kind == Kind::mapping && items.size() % 2 != 0) fail("expected keys and values in pairs");
    auto& into = target->is(Kind::object) ? contents_of(*target).items : target->items;
    into.insert(into.end(), items.begin(), items.end());
  }
  /// The items that are added to an object, kept as a fourth part.
  PickledValue& contents_of(PickledValue& object) {
    if (object.items.size() < 4) object.items.resize(4, nullptr);
    if (object.items[3] == nullptr) object.items[3] = make(Kind::mapping);
    return *object.items[3];
  }

  void push_name(std::string_view module, std::string_view name) {
    push(Kind::name)->text = std::string(module) + "." + std::string(name);
  }
  void call() {
    PickledValue* arguments = pop();
    PickledValue* function = pop();
    if (!function->is(Kind::name)) fail("expected a name to call, found another value");
    if (!may_be_called(function->text)) {
      fail("the pickle calls " + function->text.substr(0, 100) +
               "; only tensors and plain containers are read, and nothing is executed",
           "save the state dictionary alone, and open no such file in Python unless you trust its source");
    }
    if (function->text == "collections.OrderedDict") {
      push(Kind::mapping)->items = pairs_of(*arguments);
      return;
    }
    push_object(function, arguments);
  }
  /// OrderedDict([(key, value), …]) or OrderedDict().
  std::vector<PickledValue*> pairs_of(const PickledValue& arguments) {
    std::vector<PickledValue*> items;
    if (arguments.items.empty() || !arguments.items[0]->is(Kind::sequence)) return items;
    for (const PickledValue* pair : arguments.items[0]->items) {
      if (!pair->is(Kind::sequence) || pair->items.size() != 2) fail("expected pairs of key and value");
      items.insert(items.end(), pair->items.begin(), pair->items.end());
    }
    return items;
  }
  void push_object(PickledValue* type, PickledValue* arguments) {
    push(Kind::object)->items = {type, arguments, nullptr, nullptr};
  }
  void build() {
    PickledValue* state = pop();
    PickledValue* target = top();
    // State of an OrderedDict is Python's bookkeeping (_metadata of a state dict).
    if (target->is(Kind::object)) target->items[2] = state;
  }

  void remember(std::uint64_t key) {
    constexpr std::size_t entry = 64;
    spend(entry);
    memo_[key] = top();
  }
  void recall(std::uint64_t key) {
    const auto found = memo_.find(key);
    if (found == memo_.end()) fail("expected a value remembered as " + std::to_string(key) + ", found none");
    push(found->second);
  }
  std::uint64_t decimal_line() {
    const std::string_view text = line();
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) fail("expected a decimal number");
    return value;
  }
  void push_decimal_integer() {
    std::string_view text = line();
    if (text == "00" || text == "01") {
      push(Kind::boolean)->integer = text == "01" ? 1 : 0;
      return;
    }
    if (text.ends_with('L')) text.remove_suffix(1);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) fail("expected a whole number below 2^63");
    push_integer(value);
  }
  void push_decimal_number() {
    const std::string_view text = line();
    double value = 0.0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) fail("expected a number");
    push(Kind::number)->number = value;
  }
  /// Two's complement, little-endian, of `size` bytes. Longer than 8 bytes: kept as text, no size of a tensor is that.
  void push_long(std::uint64_t size) {
    const std::string_view bytes = take(size);
    if (size > 8) return push_text(bytes);
    std::uint64_t value = !bytes.empty() && (bytes.back() & 0x80) != 0 ? ~std::uint64_t{0} : 0;
    for (std::size_t i = bytes.size(); i-- > 0;) value = (value << 8) | static_cast<unsigned char>(bytes[i]);
    push_integer(static_cast<std::int64_t>(value));
  }
  void push_quoted() {
    const std::string_view text = line();
    if (text.size() < 2 || text.front() != text.back()) fail("expected a string in quotes");
    push_text(text.substr(1, text.size() - 2));
  }

  void step() {
    opcode_ = at_;
    const char code = take(1).front();
    if (!simple(code) && !data(code) && !structure(code)) {
      fail("expected an opcode of a pickle, found byte " + std::to_string(static_cast<unsigned char>(code)));
    }
  }

  /// Opcodes that handle the stack and the memo.
  bool simple(char code) {
    switch (code) {
      case '\x80':  // PROTO
        if (number<std::uint8_t>() > 5) fail("expected protocol 0 to 5, found a later one");
        return true;
      case '\x95':  // FRAME
        number<std::uint64_t>();
        return true;
      case '.':
        stopped_ = true;
        return true;
      case '(':
        marks_.push_back(stack_.size());
        return true;
      case '0':  // POP, also of a mark
        if (!marks_.empty() && marks_.back() == stack_.size()) {
          marks_.pop_back();
        } else {
          pop();
        }
        return true;
      case '1':
        pop_to_mark();
        return true;
      case '2':
        push(top());
        return true;
      case 'p':
        remember(decimal_line());
        return true;
      case 'q':
        remember(number<std::uint8_t>());
        return true;
      case 'r':
        remember(number<std::uint32_t>());
        return true;
      case '\x94':  // MEMOIZE
        remember(memo_.size());
        return true;
      case 'g':
        recall(decimal_line());
        return true;
      case 'h':
        recall(number<std::uint8_t>());
        return true;
      case 'j':
        recall(number<std::uint32_t>());
        return true;
      default:
        return false;
    }
  }

  /// Opcodes that push a value of their own.
  bool data(char code) {
    switch (code) {
      case 'N':
        push(Kind::none);
        return true;
      case '\x88':
      case '\x89':
        push(Kind::boolean)->integer = code == '\x88' ? 1 : 0;
        return true;
      case 'I':
      case 'L':
        push_decimal_integer();
        return true;
      case 'J':
        push_integer(number<std::int32_t>());
        return true;
      case 'K':
        push_integer(number<std::uint8_t>());
        return true;
      case 'M':
        push_integer(number<std::uint16_t>());
        return true;
      case '\x8a':
        push_long(number<std::uint8_t>());
        return true;
      case '\x8b':
        push_long(number<std::uint32_t>());
        return true;
      case 'F':
        push_decimal_number();
        return true;
      case 'G':
        push(Kind::number)->number = number<double>(std::endian::big);
        return true;
      case 'S':
        push_quoted();
        return true;
      case 'V':
        push_text(line());
        return true;
      case 'U':
      case 'C':
      case '\x8c':
        push_text(take(number<std::uint8_t>()));
        return true;
      case 'T':
      case 'X':
      case 'B':
        push_text(take(number<std::uint32_t>()));
        return true;
      case '\x8d':
      case '\x8e':
      case '\x96':
        push_text(take(number<std::uint64_t>()));
        return true;
      default:
        return false;
    }
  }

  /// Opcodes that make containers, names and objects of what lies on the stack.
  bool structure(char code) {
    switch (code) {
      case ')':
      case ']':
      case '\x8f':
        push(Kind::sequence);
        return true;
      case '}':
        push(Kind::mapping);
        return true;
      case 't':
      case 'l':
      case '\x91':
        push_sequence(pop_to_mark());
        return true;
      case 'd': {
        auto items = pop_to_mark();
        if (items.size() % 2 != 0) fail("expected keys and values in pairs");
        push(Kind::mapping)->items = std::move(items);
        return true;
      }
      case '\x85':
      case '\x86':
      case '\x87':
        push_top(static_cast<std::size_t>(static_cast<unsigned char>(code) - 0x84));
        return true;
      case 'a': {
        PickledValue* item = pop();
        append({item}, Kind::sequence);
        return true;
      }
      case 'e':
      case '\x90':
        append(pop_to_mark(), Kind::sequence);
        return true;
      case 's': {
        PickledValue* value = pop();
        PickledValue* key = pop();
        append({key, value}, Kind::mapping);
        return true;
      }
      case 'u':
        append(pop_to_mark(), Kind::mapping);
        return true;
      default:
        return object(code);
    }
  }

  bool object(char code) {
    switch (code) {
      case 'c': {
        const std::string_view module = line();
        push_name(module, line());
        return true;
      }
      case '\x93': {  // STACK_GLOBAL
        const PickledValue* name = pop();
        const PickledValue* module = pop();
        if (!name->is(Kind::text) || !module->is(Kind::text)) fail("expected the name of a class as two strings");
        push_name(module->text, name->text);
        return true;
      }
      case 'R':
        call();
        return true;
      case '\x81':  // NEWOBJ
      {
        PickledValue* arguments = pop();
        PickledValue* type = pop();
        if (!type->is(Kind::name)) fail("expected the name of a class, found another value");
        push_object(type, arguments);
        return true;
      }
      case 'b':
        build();
        return true;
      case 'Q': {  // BINPERSID
        PickledValue* id = pop();
        push(Kind::stored)->items = {id};
        return true;
      }
      case 'i':
      case 'o':
      case '\x92':
        fail(
            "the pickle makes an instance by a call; only tensors and plain containers are read, and nothing is "
            "executed");
      default:
        return false;
    }
  }

  std::span<const std::byte> content_;
  const std::string& file_;
  std::size_t at_ = 0, opcode_ = 0, spent_ = 0;
  bool stopped_ = false;
  std::vector<PickledValue*> stack_;
  std::vector<std::size_t> marks_;
  std::map<std::uint64_t, PickledValue*> memo_;
  PickledValues result_;
};

}  // namespace

bool PickledValue::is_name(std::string_view wanted) const {
  return kind == Kind::name && text == wanted;
}

PickledValues parse_pickle(std::span<const std::byte> content, const std::string& file) {
  return Machine(content, file).run();
}

}  // namespace unrecur
