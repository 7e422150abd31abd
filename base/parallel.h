#pragma once

#include <cstddef>
#include <functional>

namespace unrecur {

/// Processors this process may use; at least 1.
int usable_cores();

/// Calls work(0), …, work(count − 1), each once, on at most `threads` threads, the caller's among them; which of them
/// takes which, and in what order, is open. Returns when all have ended. What one throws comes out then (of several,
/// any one); those not begun yet are left out. The other threads have the caller's floating-point environment, and are
/// used again and again: what work leaves in variables of a thread, later work finds there.
void for_each_index(int threads, std::size_t count, const std::function<void(std::size_t)>& work);

}  // namespace unrecur
