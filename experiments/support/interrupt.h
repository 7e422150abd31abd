#pragma once

#include "base/execution.h"

namespace unrecur {

/// Asks the runs of this process to save their state and stop: long loops look at interrupted() and throw Interrupted.
/// Returns how often that was asked before. Safe in a signal handler, which is the program's to install.
int request_interrupt();

/// Whether that was asked. Cheap enough for every step of a training loop.
bool interrupted();

/// As if it had not been asked.
void forget_interrupts();

}  // namespace unrecur
