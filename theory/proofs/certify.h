#pragma once

#include "models/formats/shared/model_reader.h"
#include "theory/check/check.h"
#include "theory/proofs/certificate_file.h"
#include "theory/proofs/proof_inputs.h"

namespace unrecur {

/// The certificate of a checked layer that promises the shortest context for the ε of the report (the smallest rate
/// where none promises one), among those with a rate below 1 that verify::verify proves again. The report is that of
/// check() for this layer. Throws UsageError where there is none, OptionError where a tensor has no name, ResourceError
/// where this build cannot verify.
CertificateFile certify(const RecurrentModel& model, const RecurrentLayer& layer, const LayerReport& report,
                        const NamedTensors& names = {});

/// The claim of a certificate about a layer of this shape, with the inputs and the head that its file leaves to the
/// model; nothing where the model has no such vocabulary, or no tensor of that name and of as many columns. Throws
/// UsageError where it has no such head.
std::optional<verify::Claim> claim_about(const RecurrentModel& model, const CertificateFile& certificate,
                                         const CellShape& shape);

}  // namespace unrecur
