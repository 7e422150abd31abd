#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace unrecur {

/// A value that a pickle describes. Values refer to one another as the pickle's do, cycles included; PickledValues owns
/// them.
struct PickledValue {
  enum class Kind {
    none,
    boolean,  ///< integer is 0 or 1
    integer,  ///< of up to 64 bits
    number,
    text,      ///< strings and bytes
    sequence,  ///< list, tuple, set
    mapping,   ///< dict, OrderedDict: items are key, value, key, value, …
    name,      ///< a class or function by its name, "collections.OrderedDict"; never looked up
    stored,    ///< a persistent id: items[0] describes it
    object     ///< instance of a class: items[0] is the class's name, items[1] its arguments, items[2] its state
  };
  Kind kind = Kind::none;
  std::int64_t integer = 0;
  double number = 0.0;
  std::string text;
  std::vector<PickledValue*> items;

  bool is(Kind k) const { return kind == k; }
  /// A name with this text.
  bool is_name(std::string_view text) const;
};

struct PickledValues {
  std::deque<PickledValue> values;
  PickledValue* root = nullptr;
};

/// Reads a pickle of protocol 0 to 5 as a description of data. Nothing is imported, called or executed: a call of a
/// name is kept as an object with its arguments, and instances of classes with their state. Throws FileError where a
/// pickle calls what no file of data has to (os.system, eval, …; pickle_calls.h), for opcodes out of place and for
/// truncated data. `used` becomes the number of bytes up to the end of the pickle; what follows is not looked
/// at. Memory: a small multiple of the pickle's size.
PickledValues parse_pickle(std::span<const std::byte> content, const std::string& file, std::size_t* used = nullptr);

}  // namespace unrecur
