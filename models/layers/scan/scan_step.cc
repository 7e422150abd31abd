#include "models/layers/scan/scan_step.h"

#include <limits>

#include "models/arrays/hyperbolic_tangent.h"

namespace unrecur {
namespace {

/// κ σ(a_f)/(σ(a_f) + σ(a_i)) of the two gates' values; where both are as small as makes no difference, κ/2.
template <class S, class F, class I>
auto share(S cap, const F& f, const I& i) {
  constexpr S tiny = std::numeric_limits<S>::min();
  return cap * (f + tiny) / (f + i + S(2) * tiny);
}

}  // namespace

template <class S>
void ScanStep<S>::forward(S* gates, const S* before, const S* x, S* c, S* h) const {
  take_in(gates, before, c);
  if (options_.outlet != ScanOptions::Outlet::state) let_out(gates, x, c, h);
}

template <class S>
void ScanStep<S>::backward(const S* gates, const S* before, const S* c, const S* x, const S* d_h, S* d_c, S* d_drive,
                           S* d_x) const {
  let_out_backward(gates, c, x, d_h, d_c, d_drive, d_x);
  take_in_backward(gates, before, d_c, d_drive);
}

template <class S>
void ScanStep<S>::tangent(const S* gates, const S* before, const S* c, const S* x, const S* of_drive,
                          const S* of_before, const S* of_x, S* of_c, S* of_h) const {
  take_in_tangent(gates, before, of_drive, of_before, of_c);
  if (options_.outlet != ScanOptions::Outlet::state) let_out_tangent(gates, c, x, of_drive, of_c, of_x, of_h);
}

template <class S>
void ScanStep<S>::take_in(S* gates, const S* before, S* c) const {
  Column z = block(gates, ScanRows::candidate), f = block(gates, ScanRows::forget), next(c, n_);
  const ConstColumn past(before, n_);
  if (options_.candidate == Activation::tanh) take_tanh<S>(z.matrix());
  f = f.logistic();
  if (options_.intake == Intake::shared) {
    Column i = block(gates, rows_.intake);
    i = i.logistic();
    const auto kept = share(cap_, f, i);
    next = kept * past + (S(1) - kept) * z;
    return;
  }
  f *= cap_;
  if (options_.intake == Intake::coupled) {
    next = f * past + (S(1) - f) * z;
  } else {
    Column i = block(gates, rows_.intake);
    i = i.logistic();
    next = f * past + i * z;
  }
}

template <class S>
void ScanStep<S>::take_in_backward(const S* gates, const S* before, S* d_c, S* d_drive) const {
  const ConstColumn past(before, n_);
  const auto z = block(gates, ScanRows::candidate), f = block(gates, ScanRows::forget);
  Column d(d_c, n_), d_z = block(d_drive, ScanRows::candidate), d_f = block(d_drive, ScanRows::forget);
  switch (options_.intake) {
    case Intake::coupled:
      d_f = d * (past - z) * f * (S(1) - f / cap_);
      d_z = d * (S(1) - f);
      d *= f;
      break;
    case Intake::gated: {
      const auto i = block(gates, rows_.intake);
      block(d_drive, rows_.intake) = d * z * i * (S(1) - i);
      d_f = d * past * f * (S(1) - f / cap_);
      d_z = d * i;
      d *= f;
      break;
    }
    case Intake::shared: {
      const auto i = block(gates, rows_.intake);
      const auto kept = share(cap_, f, i);
      // d_z holds ∂loss/∂ log-odds of the two gates first.
      d_z = d * (past - z) * kept * (S(1) - kept / cap_);
      d_f = d_z * (S(1) - f);
      block(d_drive, rows_.intake) = -d_z * (S(1) - i);
      d_z = d * (S(1) - kept);
      d *= kept;
      break;
    }
  }
  if (options_.candidate == Activation::tanh) d_z *= S(1) - z.square();
}

template <class S>
void ScanStep<S>::take_in_tangent(const S* gates, const S* before, const S* of_drive, const S* of_before,
                                  S* of_c) const {
  const ConstColumn past(before, n_), v(of_before, n_);
  const auto z = block(gates, ScanRows::candidate), f = block(gates, ScanRows::forget);
  const auto a_f = block(of_drive, ScanRows::forget);
  Column out(of_c, n_);
  Eigen::Array<S, Eigen::Dynamic, 1> dz = block(of_drive, ScanRows::candidate);
  if (options_.candidate == Activation::tanh) dz *= S(1) - z.square();
  if (options_.intake == Intake::coupled) {
    out = f * v + (past - z) * f * (S(1) - f / cap_) * a_f + (S(1) - f) * dz;
    return;
  }
  const auto i = block(gates, rows_.intake), a_i = block(of_drive, rows_.intake);
  if (options_.intake == Intake::gated) {
    out = f * v + past * f * (S(1) - f / cap_) * a_f + z * i * (S(1) - i) * a_i + i * dz;
    return;
  }
  const auto kept = share(cap_, f, i);
  const auto odds = (S(1) - f) * a_f - (S(1) - i) * a_i;
  out = kept * v + (past - z) * kept * (S(1) - kept / cap_) * odds + (S(1) - kept) * dz;
}

template <class S>
void ScanStep<S>::let_out(S* gates, const S* x, const S* c, S* h) const {
  Column o = block(gates, rows_.outlet), out(h, n_);
  const ConstColumn after(c, n_);
  o = o.logistic();
  if (options_.outlet == Outlet::gated) {
    out = o * after;
  } else if (options_.squash == Activation::tanh) {
    out = o * after.tanh() + (S(1) - o) * carried(gates, x);
  } else {
    out = o * after + (S(1) - o) * carried(gates, x);
  }
}

template <class S>
void ScanStep<S>::let_out_backward(const S* gates, const S* c, const S* x, const S* d_h, S* d_c, S* d_drive,
                                   S* d_x) const {
  const ConstColumn after(c, n_), asked(d_h, n_);
  Column d(d_c, n_);
  if (options_.outlet == Outlet::state) {
    d += asked;
    return;
  }
  const auto o = block(gates, rows_.outlet);
  Column d_o = block(d_drive, rows_.outlet);
  if (options_.outlet == Outlet::gated) {
    d += asked * o;
    d_o = asked * after * o * (S(1) - o);
    return;
  }
  if (options_.squash == Activation::tanh) {
    d_o = after.tanh();
    d += asked * o * (S(1) - d_o.square());
    d_o = asked * (d_o - carried(gates, x)) * o * (S(1) - o);
  } else {
    d += asked * o;
    d_o = asked * (after - carried(gates, x)) * o * (S(1) - o);
  }
  if (rows_.carried >= 0) {
    block(d_drive, rows_.carried) = asked * (S(1) - o);
  } else if (d_x != nullptr) {
    Column(d_x, n_) += asked * (S(1) - o);
  }
}

template <class S>
void ScanStep<S>::let_out_tangent(const S* gates, const S* c, const S* x, const S* of_drive, const S* of_c,
                                  const S* of_x, S* of_h) const {
  const ConstColumn after(c, n_), moved(of_c, n_);
  const auto o = block(gates, rows_.outlet), a_o = block(of_drive, rows_.outlet);
  Column h(of_h, n_);
  if (options_.outlet == Outlet::gated) {
    h = o * moved + after * o * (S(1) - o) * a_o;
    return;
  }
  if (options_.squash == Activation::tanh) {
    h = o * (S(1) - after.tanh().square()) * moved + (after.tanh() - carried(gates, x)) * o * (S(1) - o) * a_o;
  } else {
    h = o * moved + (after - carried(gates, x)) * o * (S(1) - o) * a_o;
  }
  if (rows_.carried >= 0) {
    h += (S(1) - o) * block(of_drive, rows_.carried);
  } else if (of_x != nullptr) {
    h += (S(1) - o) * ConstColumn(of_x, n_);
  }
}

template class ScanStep<float>;
template class ScanStep<double>;

}  // namespace unrecur
