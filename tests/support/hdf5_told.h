#pragma once

#include "models/formats/hdf5_told.h"

namespace unrecur::testing {

/// What the process would tell of this content.
inline Bytes told(const Hdf5Content& content) {
  Bytes bytes;
  const Hdf5Teller::Send send = [&](std::span<const std::byte> more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
  };
  Hdf5Teller teller(send);
  for (const Hdf5Array& array : content.arrays) {
    teller.tag('d');
    teller.text(array.path);
    teller.list(array.shape);
    teller.text(array.problem);
    teller.list(array.values);
  }
  teller.tag('c');
  teller.text(content.model_config);
  teller.last_word('e');
  return bytes;
}

}  // namespace unrecur::testing
