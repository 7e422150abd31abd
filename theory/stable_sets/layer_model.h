#pragma once

#include "models/formats/shared/recurrent_layer.h"
#include "models/sequence/sequence_model.h"
#include "theory/certificates/input_set.h"
#include "theory/stable_sets/stable_set.h"

namespace unrecur {

/// The box of a set of inputs in floats, rounded outwards; empty where the set is none.
InputBounds float_box(const InputSet& inputs, Index m);

/// The layer as a model that stable sets know: dense inputs or symbols, and a decoder that plays no part. Throws
/// UsageError as make_cell does.
SequenceModel<float> model_around(const RecurrentLayer& layer, const InputSet& inputs);

/// The layer with the weights of the model where these differ: numbers that need not move keep all their bits.
RecurrentLayer with_weights_of(const SequenceModel<float>& model, const RecurrentLayer& layer);

}  // namespace unrecur
