#include "models/formats/pytorch/pickle.h"

#include "models/formats/pytorch/pickle_stack.h"

namespace unrecur {
namespace {

using Kind = PickledValue::Kind;

/// The opcodes, one after the other.
class PickleMachine {
 public:
  PickleMachine(std::span<const std::byte> content, const std::string& file) : input_(content, file), stack_(input_) {}

  PickledValues run() {
    while (!stopped_) step();
    return stack_.finish();
  }
  std::size_t used() const { return input_.used(); }

 private:
  std::uint64_t memo_key() { return input_.decimal<std::uint64_t>(input_.line(), "expected a decimal number"); }
  void push_decimal_integer() {
    std::string_view text = input_.line();
    if (text == "00" || text == "01") {
      stack_.push(Kind::boolean)->integer = text == "01" ? 1 : 0;
      return;
    }
    if (text.ends_with('L')) text.remove_suffix(1);
    stack_.push_integer(input_.decimal<std::int64_t>(text, "expected a whole number below 2^63"));
  }
  void push_decimal_number() {
    stack_.push(Kind::number)->number = input_.decimal<double>(input_.line(), "expected a number");
  }
  /// Two's complement, little-endian, of `size` bytes. Longer than 8 bytes: kept as text, no size of a tensor is that.
  void push_long(std::uint64_t size) {
    const std::string_view bytes = input_.take(size);
    if (size > 8) return stack_.push_text(bytes);
    std::uint64_t value = !bytes.empty() && (bytes.back() & 0x80) != 0 ? ~std::uint64_t{0} : 0;
    for (std::size_t i = bytes.size(); i-- > 0;) value = (value << 8) | static_cast<unsigned char>(bytes[i]);
    stack_.push_integer(static_cast<std::int64_t>(value));
  }
  void push_quoted() {
    const std::string_view text = input_.line();
    if (text.size() < 2 || text.front() != text.back()) input_.fail("expected a string in quotes");
    stack_.push_text(text.substr(1, text.size() - 2));
  }

  void step() {
    const char code = input_.opcode();
    if (!simple(code) && !data(code) && !structure(code)) {
      input_.fail("expected an opcode of a pickle, found byte " + std::to_string(static_cast<unsigned char>(code)));
    }
  }

  /// Opcodes that handle the stack and the memo.
  bool simple(char code) {
    switch (code) {
      case '\x80':  // PROTO
        if (input_.number<std::uint8_t>() > 5) input_.fail("expected protocol 0 to 5, found a later one");
        return true;
      case '\x95':  // FRAME
        input_.number<std::uint64_t>();
        return true;
      case '.':
        stopped_ = true;
        return true;
      case '(':
        stack_.mark();
        return true;
      case '0':  // POP, also of a mark
        stack_.drop();
        return true;
      case '1':
        stack_.pop_to_mark();
        return true;
      case '2':
        stack_.push(stack_.top());
        return true;
      case 'p':
        stack_.remember(memo_key());
        return true;
      case 'q':
        stack_.remember(input_.number<std::uint8_t>());
        return true;
      case 'r':
        stack_.remember(input_.number<std::uint32_t>());
        return true;
      case '\x94':  // MEMOIZE
        stack_.remember(stack_.remembered());
        return true;
      case 'g':
        stack_.recall(memo_key());
        return true;
      case 'h':
        stack_.recall(input_.number<std::uint8_t>());
        return true;
      case 'j':
        stack_.recall(input_.number<std::uint32_t>());
        return true;
      default:
        return false;
    }
  }

  /// Opcodes that push a value of their own.
  bool data(char code) {
    switch (code) {
      case 'N':
        stack_.push(Kind::none);
        return true;
      case '\x88':
      case '\x89':
        stack_.push(Kind::boolean)->integer = code == '\x88' ? 1 : 0;
        return true;
      case 'I':
      case 'L':
        push_decimal_integer();
        return true;
      case 'J':
        stack_.push_integer(input_.number<std::int32_t>());
        return true;
      case 'K':
        stack_.push_integer(input_.number<std::uint8_t>());
        return true;
      case 'M':
        stack_.push_integer(input_.number<std::uint16_t>());
        return true;
      case '\x8a':
        push_long(input_.number<std::uint8_t>());
        return true;
      case '\x8b':
        push_long(input_.number<std::uint32_t>());
        return true;
      case 'F':
        push_decimal_number();
        return true;
      case 'G':
        stack_.push(Kind::number)->number = input_.number<double>(std::endian::big);
        return true;
      case 'S':
        push_quoted();
        return true;
      case 'V':
        stack_.push_text(input_.line());
        return true;
      case 'U':
      case 'C':
      case '\x8c':
        stack_.push_text(input_.take(input_.number<std::uint8_t>()));
        return true;
      case 'T':
      case 'X':
      case 'B':
        stack_.push_text(input_.take(input_.number<std::uint32_t>()));
        return true;
      case '\x8d':
      case '\x8e':
      case '\x96':
        stack_.push_text(input_.take(input_.number<std::uint64_t>()));
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
        stack_.push(Kind::sequence);
        return true;
      case '}':
        stack_.push(Kind::mapping);
        return true;
      case 't':
      case 'l':
      case '\x91':
        stack_.push_sequence(stack_.pop_to_mark());
        return true;
      case 'd': {
        auto items = stack_.pop_to_mark();
        if (items.size() % 2 != 0) input_.fail("expected keys and values in pairs");
        stack_.push(Kind::mapping)->items = std::move(items);
        return true;
      }
      case '\x85':
      case '\x86':
      case '\x87':
        stack_.gather(static_cast<std::size_t>(static_cast<unsigned char>(code) - 0x84));
        return true;
      case 'a': {
        PickledValue* item = stack_.pop();
        stack_.append({item}, Kind::sequence);
        return true;
      }
      case 'e':
      case '\x90':
        stack_.append(stack_.pop_to_mark(), Kind::sequence);
        return true;
      case 's': {
        PickledValue* value = stack_.pop();
        PickledValue* key = stack_.pop();
        stack_.append({key, value}, Kind::mapping);
        return true;
      }
      case 'u':
        stack_.append(stack_.pop_to_mark(), Kind::mapping);
        return true;
      default:
        return object(code);
    }
  }

  bool object(char code) {
    switch (code) {
      case 'c': {
        const std::string_view module = input_.line();
        stack_.push_name(module, input_.line());
        return true;
      }
      case '\x93': {  // STACK_GLOBAL
        const PickledValue* name = stack_.pop();
        const PickledValue* module = stack_.pop();
        if (!name->is(Kind::text) || !module->is(Kind::text))
          input_.fail("expected the name of a class as two strings");
        stack_.push_name(module->text, name->text);
        return true;
      }
      case 'R':
        stack_.call();
        return true;
      case '\x92':  // NEWOBJ_EX: also arguments by name
        stack_.pop();
        [[fallthrough]];
      case '\x81':  // NEWOBJ
      {
        PickledValue* arguments = stack_.pop();
        PickledValue* type = stack_.pop();
        if (!type->is(Kind::name)) input_.fail("expected the name of a class, found another value");
        stack_.push_object(type, arguments);
        return true;
      }
      case 'b':
        stack_.build();
        return true;
      case 'Q': {  // BINPERSID
        PickledValue* id = stack_.pop();
        stack_.push(Kind::stored)->items = {id};
        return true;
      }
      case 'i':
      case 'o':
        input_.fail(
            "the pickle makes an instance by a call; only tensors and plain containers are read, and nothing is "
            "executed");
      default:
        return false;
    }
  }

  PickleInput input_;
  PickleStack stack_;
  bool stopped_ = false;
};

}  // namespace

bool PickledValue::is_name(std::string_view wanted) const {
  return kind == Kind::name && text == wanted;
}

PickledValues parse_pickle(std::span<const std::byte> content, const std::string& file, std::size_t* used) {
  PickleMachine machine(content, file);
  PickledValues values = machine.run();
  if (used != nullptr) *used = machine.used();
  return values;
}

}  // namespace unrecur
