#pragma once

#include <span>
#include <vector>

#include "reports/blocks/block.h"
#include "reports/results/reader_commands.h"
#include "reports/results/result_store.h"

namespace unrecur::reports {

/// What ran: per experiment its tasks, jobs, seeds, data and time; code and machines.
std::vector<Block> overview_blocks(std::span<const StoredResult> results, const ReaderCommands& commands);

/// Every job with its provenance, and per experiment the configuration that all its jobs share.
std::vector<Block> run_blocks(std::span<const StoredResult> results);

}  // namespace unrecur::reports
