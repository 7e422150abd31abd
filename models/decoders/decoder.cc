#include "models/decoders/decoder.h"

#include "base/errors.h"
#include "models/decoders/adaptive_softmax.h"
#include "models/decoders/linear_decoder.h"
#include "models/decoders/tied_softmax.h"

namespace unrecur {

template <class S>
std::unique_ptr<Decoder<S>> make_decoder(const DecoderSpec& spec) {
  if (spec.outputs < 1 || spec.inputs < 1) throw UsageError("a decoder needs at least one unit and one output");
  if (spec.shared > 0) {
    if (spec.loss != "softmax") throw UsageError("vectors are shared under the loss softmax, not under " + spec.loss);
    return std::make_unique<TiedSoftmax<S>>(spec.outputs, spec.inputs, spec.shared, spec.cutoffs);
  }
  if (spec.cutoffs.empty()) {
    return std::make_unique<LinearDecoder<S>>(spec.outputs, spec.inputs, make_loss<S>(spec.loss));
  }
  if (spec.loss != "softmax") throw UsageError("cutoffs belong to the loss softmax, not to " + spec.loss);
  return std::make_unique<AdaptiveSoftmax<S>>(spec.outputs, spec.inputs, spec.cutoffs);
}

template std::unique_ptr<Decoder<float>> make_decoder(const DecoderSpec&);
template std::unique_ptr<Decoder<double>> make_decoder(const DecoderSpec&);

}  // namespace unrecur
