#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/formats/keras/hdf5_file.h"

namespace unrecur {

/// What the process that runs libhdf5 sends, tag by tag: 'd' a data set, 't' the type that a group
/// says it has, 'v' the version of Keras, 'c' the configuration, and one last word: 'n' no HDF5 file, 'g' damaged
/// groups, 'e' the end. Texts and lists of numbers follow their length in eight bytes of the machine's order. Small
/// pieces go out together, each of them by itself would wake the listener; the last word at once, for libhdf5 may still
/// fall when it closes the file.
class Hdf5Writer {
 public:
  using Send = std::function<void(std::span<const std::byte>)>;

  explicit Hdf5Writer(const Send& send) : send_(send) {}
  void tag(char c) { write(as_bytes(std::string_view(&c, 1))); }
  void last_word(char c) {
    tag(c);
    flush();
  }
  void text(const std::string& text) {
    number(text.size());
    write(as_bytes(text));
  }
  template <class T>
  void list(const std::vector<T>& numbers) {
    number(numbers.size());
    write(std::as_bytes(std::span(numbers)));
  }

 private:
  void number(std::uint64_t n) { write(std::as_bytes(std::span(&n, 1))); }
  void write(std::span<const std::byte> bytes);
  void flush();

  const Send& send_;
  Bytes pending_;
};

/// The content as it was sent. Any bytes will do: libhdf5 may have written over the process that sends it. `fate` says
/// why the process did not come to its end, for the message, and is empty where it did. Throws FileError in the name of
/// `file` for whatever is not a whole content. Memory: that of `message`.
Hdf5Content hdf5_content_from(std::span<const std::byte> message, const std::string& fate, const std::string& file);

}  // namespace unrecur
