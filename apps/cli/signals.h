#pragma once

namespace unrecur {

/// From now on SIGINT (Ctrl-C) and SIGTERM ask the runs of the process to save their state and stop
/// (experiments/support/interrupt.h). A second signal ends the process at once. Verbs with nothing to save do without:
/// there the first signal ends the process.
void install_interrupt_handlers();

}  // namespace unrecur
