#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "models/formats/keras/hdf5_message.h"
#include "models/formats/keras/separate_process.h"

namespace unrecur {

// What runs in a process of its own (models/formats/keras/separate_process.h), for libhdf5 crashes, leaks and hangs on
// damaged files. Only in builds with the library (UNRECUR_HAVE_HDF5).

/// What a process may take for a file of that many bytes.
SeparateLimits hdf5_limits(std::uint64_t size);

/// The library begins; processes that are made later need not do it.
void begin_hdf5();

/// Serialises all data sets and the configuration of a file in memory (models/formats/keras/hdf5_message.h). Links out
/// of the file are not followed; of sets that are larger than files of this size may hold only the shape is sent.
void serialise_hdf5(std::span<const std::byte> content, const Hdf5Writer::Send& send);

}  // namespace unrecur
