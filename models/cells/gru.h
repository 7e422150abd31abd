#pragma once

#include "models/layers/activation.h"
#include "models/layers/driven_cell.h"

namespace unrecur {

/// Where the reset gate of a GRU acts: on h before the recurrent product of the candidate, or on that product.
enum class Reset { before, after };

/// Gated recurrent unit, h' = (1 − z) ∘ n + z ∘ h, with r = σ(W_r h + U_r x + b_r), z = σ(W_z h + U_z x + b_z) and
///
///     reset before:  n = tanh(W_n (r ∘ h) + U_n x + b_n)
///     reset after:   n = tanh(r ∘ (W_n h + b_hn) + U_n x + b_n)
///
/// The two are different maps, and weights of one mean nothing to the other. PyTorch and cuDNN have `after`.
///
/// Parameters, rows in PyTorch's order r, z, n: weight_ih_l0 = U (3n × m), weight_hh_l0 = W (3n × n), bias_ih_l0 = b
/// (3n). Attributes: reset (before or after; no default: a file must say which); recurrent_bias (default false): a
/// second bias bias_hh_l0 (3n), which adds to the first but for the candidate's part b_hn where the reset is after; and
/// where other functions stand in the place of these, gates (sigmoid or hard_sigmoid) for σ and candidate for tanh
/// (models/layers/activation_attributes.h). One step costs 6n² operations for each column.
/// Source: Cho et al. 2014 (before; the first version of the paper), cuDNN's documentation (after).
template <class S>
class Gru : public DrivenCell<S> {
 public:
  struct Options {
    Reset reset;
    bool recurrent_bias = false;
    ActivationFunction gates = Activation::sigmoid, candidate = Activation::tanh;
  };
  /// Throws UsageError unless the values of `gates` lie in [0, 1].
  Gru(Index m, Index n, Options options);

  std::string kind() const override { return "gru"; }
  CellShape shape() const override;
  Attributes attributes() const override;
  std::unique_ptr<Cell<S>> clone() const override { return std::make_unique<Gru>(*this); }

  /// The other factor or the product of the reset gate: W_n h + b_hn (after), r ∘ h (before).
  Index extra_rows() const override { return units(); }
  void forward_step(MatrixRef<S> gates, const ConstMatrixRef<S>& state, MatrixRef<S> next,
                    MatrixRef<S> extra) const override;
  void backward_step(const typename DrivenCell<S>::Step& step, MatrixRef<S> d_state,
                     MatrixRef<S> d_drive) const override;
  void jvp_step(const typename DrivenCell<S>::Step& step, const ConstMatrixRef<S>& v, MatrixRef<S> drive,
                MatrixRef<S> out) const override;
  bool diagonal_step(const typename DrivenCell<S>::Step& step, MatrixRef<S> out) const override;

 protected:
  Vector<S> drive_bias() const override;
  void recurrent_gradient(const ConstMatrixRef<S>& d_drive, const ConstMatrixRef<S>& previous,
                          const DrivenTape<S>& tape, std::span<Parameter<S>> gradient) const override;

 private:
  static constexpr std::size_t kRecurrentBias = 3;
  /// Order of the gates' rows.
  enum : Index { kReset, kUpdate, kCandidate, kGates };

  template <class AllSlopes>
  void backward_by(const typename DrivenCell<S>::Step& step, const AllSlopes& slopes, MatrixRef<S> d_state,
                   MatrixRef<S> d_drive) const;
  template <class AllSlopes>
  void jvp_by(const typename DrivenCell<S>::Step& step, const AllSlopes& slopes, const ConstMatrixRef<S>& v,
              MatrixRef<S> drive, MatrixRef<S> out) const;

  Index units() const { return this->recurrent_weights().cols(); }
  /// Whether all functions are those of the formula.
  bool standard() const;
  /// The slopes at the values of the gates that a step left.
  Matrix<S> slopes(const ConstMatrixRef<S>& gates) const;
  bool after() const { return options_.reset == Reset::after; }
  /// W_r on top of W_z (2n × n).
  auto gate_weights() const { return this->recurrent_weights().topRows(kCandidate * units()); }
  /// W_n.
  auto candidate_weights() const { return this->recurrent_weights().bottomRows(units()); }

  Options options_;
};

}  // namespace unrecur
