#include "models/formats/keras/hdf5_message.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "base/byte_order.h"
#include "base/errors.h"
#include "models/formats/shared/shape.h"

namespace unrecur {
namespace {

/// Reads piece by piece; nothing is whole any more once one of them breaks off.
class Hdf5Listener {
 public:
  explicit Hdf5Listener(std::span<const std::byte> message) : rest_(message) {}

  char tag() { return rest_.empty() ? '\0' : as_text(take(1)).front(); }
  std::string text() { return std::string(as_text(take(number()))); }
  template <class T>
  std::vector<T> list() {
    const std::uint64_t count = number();
    std::vector<T> numbers(count <= rest_.size() / sizeof(T) ? count : 0);
    const auto bytes = take(count <= rest_.size() / sizeof(T) ? count * sizeof(T) : rest_.size() + 1);
    if (whole_ && count > 0) std::memcpy(numbers.data(), bytes.data(), bytes.size());
    return numbers;
  }
  bool whole() const { return whole_; }

 private:
  std::uint64_t number() {
    const auto bytes = take(sizeof(std::uint64_t));
    return whole_ ? load<std::uint64_t>(bytes.data(), std::endian::native) : 0;
  }
  std::span<const std::byte> take(std::uint64_t size) {
    whole_ = whole_ && size <= rest_.size();
    const auto part = rest_.first(whole_ ? size : 0);
    rest_ = rest_.subspan(part.size());
    return part;
  }
  std::span<const std::byte> rest_;
  bool whole_ = true;
};

/// A data set with as many numbers as its shape says, at most two dimensions of them, unless it says what is wrong.
std::optional<Hdf5Array> array_from(Hdf5Listener& listener) {
  Hdf5Array array;
  array.path = listener.text();
  array.shape = listener.list<std::int64_t>();
  array.problem = listener.text();
  array.values = listener.list<double>();
  constexpr std::size_t most_dimensions = 32;
  const bool a_shape = array.shape.size() <= (array.problem.empty() ? 2 : most_dimensions) &&
                       std::ranges::none_of(array.shape, [](auto d) { return d < 0; });
  const bool as_said = element_count(array.shape) == static_cast<std::int64_t>(array.values.size());
  const bool good = a_shape && (!array.problem.empty() || as_said);
  return listener.whole() && good ? std::optional(std::move(array)) : std::nullopt;
}

}  // namespace

void Hdf5Writer::write(std::span<const std::byte> bytes) {
  constexpr std::size_t together = 1 << 14;
  if (bytes.size() > together) {
    flush();
    send_(bytes);
    return;
  }
  pending_.insert(pending_.end(), bytes.begin(), bytes.end());
  if (pending_.size() > together) flush();
}

void Hdf5Writer::flush() {
  if (!pending_.empty()) send_(pending_);
  pending_.clear();
}

Hdf5Content hdf5_content_from(std::span<const std::byte> message, const std::string& fate, const std::string& file) {
  const auto fail = [&](const std::string& place, const std::string& problem) {
    throw FileError({file, place, problem, "the file may be truncated"});
  };
  Hdf5Listener listener(message);
  Hdf5Content content;
  for (;;) {
    const char tag = listener.tag();
    bool good = false;
    if (tag == 'n') fail("", "expected an HDF5 file, found damage");
    if (tag == 'g') fail("groups", "expected groups and data sets, found damage");
    if (tag == 'e') return content;
    if (tag == 'c' || tag == 'v') {
      (tag == 'c' ? content.model_config : content.keras_version) = listener.text();
      good = listener.whole();
    }
    if (tag == 't') {
      const std::string group = listener.text();
      content.types[group] = listener.text();
      good = listener.whole();
    }
    if (tag == 'd') {
      if (auto array = array_from(listener)) {
        content.arrays.push_back(std::move(*array));
        good = true;
      }
    }
    if (!good) {
      fail("", "expected an HDF5 file, found one that libhdf5 does not survive" +
                   (fate.empty() ? std::string() : ": " + fate));
    }
  }
}

}  // namespace unrecur
