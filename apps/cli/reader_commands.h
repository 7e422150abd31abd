#pragma once

#include "reports/results/reader_commands.h"

namespace unrecur {

/// The commands of this program that reports tell their readers.
reports::ReaderCommands reader_commands();

}  // namespace unrecur
