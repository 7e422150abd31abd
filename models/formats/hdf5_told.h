#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/formats/hdf5_file.h"

namespace unrecur {

/// What the process that runs libhdf5 tells, tag by tag: 'd' a data set, 'c' the configuration, and one last word: 'n'
/// no HDF5 file, 'g' damaged groups, 'e' the end. Texts and lists of numbers follow their length in eight bytes of the
/// machine's order. Small pieces go out together, each of them by itself would wake the listener; the last word at
/// once, for libhdf5 may still fall when it closes the file.
class Hdf5Teller {
 public:
  using Send = std::function<void(std::span<const std::byte>)>;

  explicit Hdf5Teller(const Send& send) : send_(send) {}
  void tag(char c) { tell(as_bytes(std::string_view(&c, 1))); }
  void last_word(char c) {
    tag(c);
    flush();
  }
  void text(const std::string& text) {
    number(text.size());
    tell(as_bytes(text));
  }
  template <class T>
  void list(const std::vector<T>& numbers) {
    number(numbers.size());
    tell(std::as_bytes(std::span(numbers)));
  }

 private:
  void number(std::uint64_t n) { tell(std::as_bytes(std::span(&n, 1))); }
  void tell(std::span<const std::byte> bytes);
  void flush();

  const Send& send_;
  Bytes untold_;
};

/// The content as it was told. Any bytes will do: libhdf5 may have written over the process that tells. `fate` says why
/// the process did not come to its end, for the message, and is empty where it did. Throws FileError in the name of
/// `file` for whatever is not a whole content. Memory: that of `told`.
Hdf5Content hdf5_content_told(std::span<const std::byte> told, const std::string& fate, const std::string& file);

}  // namespace unrecur
