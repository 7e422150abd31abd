#include "base/denormals.h"

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace unrecur {
namespace {

using Control = unsigned long long;

#if defined(__SSE2__)
constexpr Control kFlush = 0x8040;  // of MXCSR: results to zero, operands as zero
Control control() {
  return _mm_getcsr();
}
void set_control(Control control) {
  _mm_setcsr(static_cast<unsigned>(control));
}
#elif defined(__aarch64__)
constexpr Control kFlush = Control{1} << 24;  // FZ of FPCR, both at once
Control control() {
  Control value;
  asm volatile("mrs %0, fpcr" : "=r"(value));
  return value;
}
void set_control(Control control) {
  asm volatile("msr fpcr, %0" : : "r"(control));
}
#else
constexpr Control kFlush = 0;
Control control() {
  return 0;
}
void set_control(Control /*control*/) {}
#endif

}  // namespace

FlushDenormals::FlushDenormals() : before_(control()) {
  set_control(before_ | kFlush);
}

FlushDenormals::~FlushDenormals() {
  set_control(before_);
}

bool flushes_denormals() {
  return kFlush != 0 && (control() & kFlush) == kFlush;
}

}  // namespace unrecur
