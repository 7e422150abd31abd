#pragma once

#include "models/formats/shared/model_reader.h"
#include "theory/check/file_layer.h"
#include "theory/proofs/certificate_file.h"

namespace unrecur {

struct CertifyOptions {
  double epsilon = 1e-3;  ///< error for which the certificate promises a context
  std::optional<std::string>
      embedding{};  ///< the tensor of the file whose rows the inputs are, where the check used one
};

/// The certificate of a checked layer that promises the shortest context for ε (the smallest rate where none promises
/// one), among those with a rate below 1 that verify::verify proves again. Throws UsageError where there is none, and
/// ResourceError where this build cannot verify. The layer must be checkable.
CertificateFile certify(const RecurrentModel& model, const RecurrentLayer& layer, const CheckedCell& checked,
                        const CertifyOptions& options);

/// The claim of a certificate about a layer of m inputs, with the inputs that its file leaves to the model; nothing
/// where the model has no such vocabulary, or no tensor of that name and of m columns.
std::optional<verify::Claim> claim_about(const RecurrentModel& model, const CertificateFile& certificate, Index m);

}  // namespace unrecur
