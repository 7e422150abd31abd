#pragma once

// Zip archives, PyTorch files and pickles built byte by byte.

#include <zlib.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace unrecur::testing::torch {

inline std::string little(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}

/// A zip archive of stored members, built by hand; `change` may spoil it.
struct Zip {
  std::vector<std::pair<std::string, std::string>> members;
  int method = 0, flags = 0;
  std::uint64_t claimed_size = 0;  ///< 0: the true one

  std::string bytes() const {
    std::string locals, directory;
    for (const auto& [name, content] : members) {
      const auto checksum = crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size());
      const std::uint64_t size = claimed_size == 0 ? content.size() : claimed_size;
      const std::string shared = little(20, 2) + little(static_cast<std::uint64_t>(flags), 2) +
                                 little(static_cast<std::uint64_t>(method), 2) + little(0, 4) + little(checksum, 4) +
                                 little(content.size(), 4) + little(size, 4) + little(name.size(), 2) + little(0, 2);
      directory += little(0x02014b50, 4) + little(20, 2) + shared + little(0, 10) + little(locals.size(), 4) + name;
      locals += little(0x04034b50, 4) + shared + name + content;
    }
    return locals + directory + little(0x06054b50, 4) + little(0, 4) + little(members.size(), 2) +
           little(members.size(), 2) + little(directory.size(), 4) + little(locals.size(), 4) + little(0, 2);
  }
};

inline std::string torch_file(const std::string& pickle, const std::string& storage = std::string(64, '\0')) {
  return Zip{{{"archive/data.pkl", pickle}, {"archive/data/0", storage}}}.bytes();
}

inline std::string unicode(const std::string& text) {
  return "X" + little(text.size(), 4) + text;
}
inline std::string small(int value) {
  return "K" + little(static_cast<std::uint64_t>(value), 1);
}

/// {'rnn.weight_hh_l0': a float tensor} with the numbers that describe its view.
inline std::string state_dict(int offset, const std::string& shape, const std::string& strides,
                              const std::string& storage = "ctorch\nFloatStorage\n") {
  return "\x80\x02}" + unicode("rnn.weight_hh_l0") + "ctorch._utils\n_rebuild_tensor_v2\n((" + unicode("storage") +
         storage + unicode("0") + unicode("cpu") + small(16) + "tQ" + small(offset) + shape + strides +
         "\x89"
         "ccollections\nOrderedDict\n)RtRs.";
}
inline std::string pair(int a, int b) {
  return small(a) + small(b) + "\x86";
}

}  // namespace unrecur::testing::torch
