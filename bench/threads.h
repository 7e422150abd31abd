#pragma once

#include "models/product.h"

namespace unrecur {

/// Threads of the large products for the length of a scope.
class ProductThreads {
 public:
  explicit ProductThreads(int threads) : before_(set_product_threads(threads)) {}
  ~ProductThreads() { set_product_threads(before_); }
  ProductThreads(const ProductThreads&) = delete;
  ProductThreads& operator=(const ProductThreads&) = delete;

 private:
  int before_;
};

}  // namespace unrecur
