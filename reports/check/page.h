#pragma once

#include <filesystem>

#include "reports/blocks/document.h"
#include "reports/check/checked_model.h"

namespace unrecur::reports {

/// The answer to `unrecur check` as a document: the verdict first, an overview where there are several layers, then for
/// each layer its bracket, what keeps the rate up, what would help, the ladder and k(ε); at last the file and how to
/// read all this. Deterministic.
Document check_document(const CheckedModel& model);

/// Writes that document as one HTML file, in one step. Throws ResourceError where the path cannot be written.
void write_check_page(const CheckedModel& model, const std::filesystem::path& path);

}  // namespace unrecur::reports
