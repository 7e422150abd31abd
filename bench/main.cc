// Benchmarks under the settings that the program runs with.
#include <benchmark/benchmark.h>

#include "base/heap.h"
#include "models/arrays/kernels.h"
#include "models/arrays/product.h"

int main(int count, char** words) {
  unrecur::restart_with_better_kernels(words);
  unrecur::keep_freed_memory();
  benchmark::Initialize(&count, words);
  if (benchmark::ReportUnrecognizedArguments(count, words)) return 1;
  benchmark::AddCustomContext("products", unrecur::product_kernels());  // for peers that use the same library
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
