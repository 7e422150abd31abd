#pragma once

/// The library through one door. Everything is in namespace unrecur; each header says more.
///
///     read_model(path) → RecurrentModel      choose_layers(model, choice) → RecurrentLayer, …
///     check(layer, options) → LayerReport    does it forget: verdict, rate from both sides, context, reasons
///     certify(model, layer, report) → CertificateFile     refute(layer, report) → RefutationFile
///     verify_proof(proof, model, layer) → VerifiedProof   proved again by independent arithmetic
///     project(layer, options) → ProjectedLayer            the nearest weights in a stable set
///     truncate(model, sequences, options) → Truncation    the measured gap beside the bound
///     run_recurrence(cell, sequences, inputs, options) → ParallelRun    many steps at once, with promised errors
///     fit_twins(teacher, sequences, options) → TwinFit    feed-forward models in its place; write_twin() writes them
///
/// Errors: UsageError for a caller's mistake, FileError for what a file has wrong, ResourceError for what the machine
/// refuses, Interrupted where ExecutionContext::stop asked for it. Numerical failure is a value with its reason. The
/// library has no state of the process: calls from several threads do not see each other.

#include "base/errors.h"
#include "base/execution.h"
#include "experiments/parallel/run.h"
#include "experiments/truncation/truncate.h"
#include "experiments/twins/fit.h"
#include "experiments/twins/twin_file.h"
#include "models/formats/layer_choice.h"
#include "models/formats/read_model.h"
#include "models/formats/safetensors/model_file.h"
#include "models/layers/cell_registry.h"
#include "theory/check/check.h"
#include "theory/check/checkable.h"
#include "theory/check/file_inputs.h"
#include "theory/projected/projected_file.h"
#include "theory/proofs/certify.h"
#include "theory/proofs/claim_words.h"
#include "theory/proofs/refute.h"
#include "theory/proofs/verify_proof.h"
#include "theory/stable_sets/project_layer.h"
