#pragma once

#include "reports/blocks/document.h"
#include "reports/results/reader_commands.h"
#include "reports/results/result_store.h"

namespace unrecur::reports {

/// Deterministic: the same stored results give the same document.
Document make_document(const ResultStore& store, const ReaderCommands& commands = {});

}  // namespace unrecur::reports
