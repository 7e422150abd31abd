#pragma once

#include "apps/certificate_file.h"
#include "apps/check_answer.h"
#include "models/formats/model_reader.h"

namespace unrecur {

/// The certificate of a checked layer that promises the shortest context for ε (the smallest rate where none promises
/// one), among those with a rate below 1 that verify::verify proves again. Throws UsageError where there is none, and
/// MachineError where this build cannot verify. The layer must be checkable.
CertificateFile certify(const RecurrentModel& model, const RecurrentLayer& layer, const CheckedCell& checked,
                        const CheckQuestion& question);

/// The claim of a certificate about a layer of m inputs, with the inputs that its file leaves to the model; nothing
/// where the model has no such vocabulary, or no tensor of that name and of m columns.
std::optional<verify::Claim> claim_about(const RecurrentModel& model, const CertificateFile& certificate, Index m);

}  // namespace unrecur
