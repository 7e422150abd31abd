#pragma once

#include "models/formats/layer_choice.h"
#include "models/formats/shared/model_reader.h"
#include "theory/proofs/proof_json.h"

namespace unrecur {

/// The layer of the model that the proof says it is about, or the one that is chosen in its place; of a proof about all
/// layers of a path (joint_layer()) those together. Throws OptionError where the model has no such layer, or several,
/// and as choose_layers() does. Whether the weights are those of the proof is not looked at.
RecurrentLayer layer_about(const RecurrentModel& model, const ProvedLayer& proved, LayerChoice choice);

}  // namespace unrecur
