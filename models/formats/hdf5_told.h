#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/formats/hdf5_file.h"

namespace unrecur {

/// What the process that runs libhdf5 tells, tag by tag: 'n' no HDF5 file, 'g' damaged groups, 'd' a data set, 'c' the
/// configuration, 'e' the end. Texts and lists of numbers follow their length in eight bytes of the machine's order.
class Hdf5Teller {
 public:
  using Send = std::function<void(std::span<const std::byte>)>;

  explicit Hdf5Teller(const Send& send) : send_(send) {}
  void tag(char c) { send_(as_bytes(std::string_view(&c, 1))); }
  void text(const std::string& text) {
    number(text.size());
    send_(as_bytes(text));
  }
  template <class T>
  void list(const std::vector<T>& numbers) {
    number(numbers.size());
    send_(std::as_bytes(std::span(numbers)));
  }

 private:
  void number(std::uint64_t n) { send_(std::as_bytes(std::span(&n, 1))); }
  const Send& send_;
};

/// The content as it was told. Any bytes will do: libhdf5 may have written over the process that tells. `fate` says why
/// the process did not come to its end, for the message, and is empty where it did. Throws FileError in the name of
/// `file` for whatever is not a whole content. Memory: that of `told`.
Hdf5Content hdf5_content_told(std::span<const std::byte> told, const std::string& fate, const std::string& file);

}  // namespace unrecur
