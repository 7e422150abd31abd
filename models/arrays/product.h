#pragma once

#include <string>

#include "models/arrays/matrix.h"

namespace unrecur {

/// Matrix products behind one door, so that another backend can stand in. Large ones go to OpenBLAS where it was found
/// at configure time; matrix-vector and small products stay with Eigen, which has no call overhead there. For one
/// machine type, thread count and shape the result has the same bits every time.

/// C = beta C + A B.
template <class S>
void multiply(const ConstMatrixRef<S>& a, const ConstMatrixRef<S>& b, MatrixRef<S> c, S beta);

/// C = beta C + Aᵀ B.
template <class S>
void multiply_transposed(const ConstMatrixRef<S>& a, const ConstMatrixRef<S>& b, MatrixRef<S> c, S beta);

/// C = beta C + A Bᵀ.
template <class S>
void multiply_by_transposed(const ConstMatrixRef<S>& a, const ConstMatrixRef<S>& b, MatrixRef<S> c, S beta);

/// Size of states below which threads that wait for each other over a matrix cost more than they save, on a busy
/// machine 200 times more.
inline constexpr Index kSmallState = 256;

/// Threads that one large product may use, in the whole process: for programs, which set it once, before they start
/// threads of their own. Libraries leave it alone. Returns what was in force before.
int set_product_threads(int threads);
/// What computes the large products, for records of a run: "OpenBLAS Haswell", the processor for which it is made, or
/// "Eigen". Where it is another, results differ in their last bits.
std::string product_kernels();
/// What one large product of the calling thread may use: 1 within a OneThreadIfSmall.
int product_threads();

/// The program's setting for the length of a scope.
class ProductThreads {
 public:
  explicit ProductThreads(int threads) : before_(set_product_threads(threads)) {}
  ~ProductThreads() { set_product_threads(before_); }
  ProductThreads(const ProductThreads&) = delete;
  ProductThreads& operator=(const ProductThreads&) = delete;

 private:
  int before_;
};

/// For the length of a scope every product stays on the thread that asks for it, in the whole process, so that threads
/// can multiply side by side. Scopes of several threads may overlap: the program's setting comes back with the last.
class ProductsSideBySide {
 public:
  ProductsSideBySide();
  ~ProductsSideBySide();
  ProductsSideBySide(const ProductsSideBySide&) = delete;
  ProductsSideBySide& operator=(const ProductsSideBySide&) = delete;
};

/// For the length of a scope in which n < kSmallState, products of the calling thread stay on it. Touches no other
/// thread, and what other threads do does not touch it: the bits of a product depend on the program's setting alone.
/// Factorisations of LAPACK follow the program's setting.
class OneThreadIfSmall {
 public:
  explicit OneThreadIfSmall(Index n);
  ~OneThreadIfSmall();
  OneThreadIfSmall(const OneThreadIfSmall&) = delete;
  OneThreadIfSmall& operator=(const OneThreadIfSmall&) = delete;

 private:
  bool before_;
};

}  // namespace unrecur
