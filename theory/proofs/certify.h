#pragma once

#include "models/formats/shared/model_reader.h"
#include "theory/check/check.h"
#include "theory/proofs/certificate_file.h"

namespace unrecur {

struct CertifyOptions {
  /// The tensor of the file whose rows the inputs are, where the check was about those.
  std::optional<std::string> embedding{};
};

/// The certificate of a checked layer that promises the shortest context for the ε of the report (the smallest rate
/// where none promises one), among those with a rate below 1 that verify::verify proves again. The report is that of
/// check() for this layer. Throws UsageError where there is none, and ResourceError where this build cannot verify.
CertificateFile certify(const RecurrentModel& model, const RecurrentLayer& layer, const LayerReport& report,
                        const CertifyOptions& options = {});

/// The claim of a certificate about a layer of m inputs, with the inputs that its file leaves to the model; nothing
/// where the model has no such vocabulary, or no tensor of that name and of m columns.
std::optional<verify::Claim> claim_about(const RecurrentModel& model, const CertificateFile& certificate, Index m);

}  // namespace unrecur
