#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/errors.h"
#include "experiments/data/atis.h"
#include "experiments/data/chunks.h"

// Whatever the bytes: parse_atis refuses them with a FileError, or gives utterances that hold what it promises.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto utterances = unrecur::parse_atis({reinterpret_cast<const char*>(data), size}, "fuzz");
    if (utterances.empty()) std::abort();
    for (const auto& utterance : utterances) {
      if (utterance.words.empty() || utterance.words.size() != utterance.labels.size()) std::abort();
      for (const auto& label : utterance.labels) {
        if (!unrecur::is_iob_label(label)) std::abort();
      }
    }
    const auto counts = unrecur::count_atis(utterances);
    if (counts.chunks > counts.tagged || counts.tagged > counts.words) std::abort();
  } catch (const unrecur::FileError&) {
  }
  return 0;
}
