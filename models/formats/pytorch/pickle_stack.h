#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "models/formats/pytorch/pickle.h"
#include "models/formats/pytorch/pickle_input.h"

namespace unrecur {

/// The stack on which a pickle puts its values together, with its marks and its memo. Throws FileError, through the
/// input, for what a pickle may not do.
class PickleStack {
 public:
  using Kind = PickledValue::Kind;
  using Items = std::vector<PickledValue*>;

  explicit PickleStack(const PickleInput& input) : input_(input) {}

  PickledValue* push(Kind kind);
  void push(PickledValue* value);
  void push_text(std::string_view text) { push(Kind::text)->text = text; }
  void push_integer(std::int64_t value) { push(Kind::integer)->integer = value; }
  void push_sequence(Items items) { push(Kind::sequence)->items = std::move(items); }
  void push_name(std::string_view module, std::string_view name);
  void push_object(PickledValue* type, PickledValue* arguments);
  /// A sequence of the `count` values on top.
  void gather(std::size_t count);

  PickledValue* pop();
  PickledValue* top();
  void mark();
  Items pop_to_mark();
  /// Takes off a value, or a mark where one is on top.
  void drop();

  /// Adds to the container on top, which may be a call that stands for one: OrderedDict(), defaultdict(list), set(…).
  void append(const Items& items, Kind kind);
  /// Calls the name below the arguments on top: recorded as an object, or as the mapping that OrderedDict makes.
  void call();
  /// Gives the object below the state on top that state.
  void build();

  void remember(std::uint64_t key);
  std::size_t remembered() const { return memo_.size(); }
  void recall(std::uint64_t key);

  /// The values, of which the top one is the root.
  PickledValues finish();

 private:
  void spend(std::size_t bytes);
  PickledValue* make(Kind kind);
  PickledValue& contents_of(PickledValue& object);
  Items pairs_of(const PickledValue& arguments) const;

  const PickleInput& input_;
  std::size_t spent_ = 0;
  Items stack_;
  std::vector<std::size_t> marks_;
  std::map<std::uint64_t, PickledValue*> memo_;
  PickledValues result_;
};

}  // namespace unrecur
