#pragma once

#include "models/formats/keras/hdf5_message.h"

namespace unrecur::testing {

/// What the process would tell of this content.
inline Bytes message(const Hdf5Content& content) {
  Bytes bytes;
  const Hdf5Writer::Send send = [&](std::span<const std::byte> more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
  };
  Hdf5Writer writer(send);
  for (const Hdf5Array& array : content.arrays) {
    writer.tag('d');
    writer.text(array.path);
    writer.list(array.shape);
    writer.text(array.problem);
    writer.list(array.values);
  }
  writer.tag('c');
  writer.text(content.model_config);
  writer.last_word('e');
  return bytes;
}

}  // namespace unrecur::testing
