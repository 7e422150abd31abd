#pragma once

#include "models/layers/activation.h"
#include "models/layers/driven_cell.h"

namespace unrecur {

/// Elman network, h' = (1 − α) h + α ρ(W h + U x + b), with leak 0 < α ≤ 1 (α = 1: none).
///
/// Jacobian (1 − α) I + α Σ W, Σ the diagonal of slopes ρ'. Parameters: weight_ih_l0 = U (n × m), weight_hh_l0 = W (n ×
/// n), bias_ih_l0 = b (n). Attributes: activation (those of models/layers/activation_attributes.h; default tanh), leak
/// (default 1), recurrent_bias (default false): a second bias bias_hh_l0 (n) that adds to the first, for files with two
/// whose sum is no double.
/// Source: paper of Miller and Hardt, section 3; leak as in continuous-time networks discretised by Euler's rule.
template <class S>
class Elman : public DrivenCell<S> {
 public:
  struct Options {
    ActivationFunction activation = Activation::tanh;
    double leak = 1.0;
    bool bias = true;
    bool recurrent_bias = false;
  };
  Elman(Index m, Index n, Options options);

  std::string kind() const override { return "elman"; }
  CellShape shape() const override;
  Attributes attributes() const override;
  std::unique_ptr<Cell<S>> clone() const override { return std::make_unique<Elman>(*this); }

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

  Options options_;
};

/// Linear dynamical system, h' = W h + U x: an Elman network with ρ = identity and no bias.
template <class S>
class Linear : public Elman<S> {
 public:
  Linear(Index m, Index n) : Elman<S>(m, n, {.activation = Activation::identity, .leak = 1.0, .bias = false}) {}
  std::string kind() const override { return "linear"; }
  Attributes attributes() const override { return {}; }
  std::unique_ptr<Cell<S>> clone() const override { return std::make_unique<Linear>(*this); }
};

}  // namespace unrecur
