#pragma once

#include <pybind11/pybind11.h>

#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

#include "base/execution.h"
#include "base/parallel.h"

namespace unrecur::python {

/// Runs work(ExecutionContext) on a thread of its own and returns what it returns, without the interpreter's lock:
/// other threads of Python run meanwhile, and signals are looked at twenty times a second. Where one raises (Ctrl-C),
/// the work is asked to stop and the exception goes on once it has. `work` must not touch objects of Python.
template <class Work>
auto interruptible(Work&& work) {
  namespace py = pybind11;
  constexpr std::chrono::milliseconds between_looks{50};
  std::optional<decltype(work(ExecutionContext{}))> result;
  std::exception_ptr failure;
  std::stop_source stop;
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;
  bool raised = false;
  {
    const py::gil_scoped_release released;
    std::thread worker([&] {
      try {
        result.emplace(work(ExecutionContext{.stop = stop.get_token(), .threads = usable_cores()}));
      } catch (...) {
        failure = std::current_exception();
      }
      const std::lock_guard lock(mutex);
      done = true;
      changed.notify_one();
    });
    std::unique_lock lock(mutex);
    while (!changed.wait_for(lock, between_looks, [&] { return done; })) {
      if (raised) continue;
      lock.unlock();
      {
        const py::gil_scoped_acquire acquired;
        raised = PyErr_CheckSignals() != 0;
      }
      if (raised) stop.request_stop();
      lock.lock();
    }
    lock.unlock();
    worker.join();
  }
  if (raised) throw py::error_already_set();
  if (failure) std::rethrow_exception(failure);
  return std::move(*result);
}

}  // namespace unrecur::python
