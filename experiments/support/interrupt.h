#pragma once

#include <stdexcept>

namespace unrecur {

/// The user stopped the work; what was done is saved. The command line ends with exit code 130.
class Interrupted : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// From now on SIGINT (Ctrl-C) and SIGTERM ask the process to save its state and stop: long loops look at interrupted()
/// and throw Interrupted. A second signal ends the process at once.
void install_interrupt_handlers();

/// Whether such a signal has come. Cheap enough for every step of a training loop.
bool interrupted();

/// For tests: as if no signal had come.
void forget_interrupts();

}  // namespace unrecur
