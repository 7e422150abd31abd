#pragma once

namespace unrecur {

/// Lets the process keep the memory that it frees: matrices of megabytes that are made anew at every training step then
/// find their pages still there, where the allocator by default gives them back to the system and takes faults on each
/// page again (a twentieth of a step of a convolutional model). The process holds what it held at its largest. For
/// programs, which call it once at their start; libraries leave it alone. Does nothing where the C library is not
/// GNU's.
void keep_freed_memory();

}  // namespace unrecur
