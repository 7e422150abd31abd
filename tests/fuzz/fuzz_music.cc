#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

#include "base/errors.h"
#include "base/file_bytes.h"
#include "experiments/data/music.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto content = std::as_bytes(std::span(data, size));
  try {
    const unrecur::PieceSet pieces = unrecur::parse_pieces(unrecur::as_text(content), "fuzz");
    // What was accepted can be drawn and written, and reads back the same.
    for (const unrecur::Piece& piece : pieces.train) {
      unrecur::piano_roll<float>(piece, 0, static_cast<unrecur::Index>(piece.size()));
    }
    const std::string written = unrecur::format_pieces(pieces);
    if (unrecur::format_pieces(unrecur::parse_pieces(written, "again")) != written) std::abort();
  } catch (const unrecur::FileError&) {
  }
  return 0;
}
