#pragma once

#include <optional>
#include <string_view>

#include "models/layers/activation.h"
#include "models/layers/attributes.h"
#include "models/layers/driven_cell.h"

namespace unrecur {

/// Of both kinds, in the order of their rows.
inline constexpr std::string_view kLstmGates[] = {"input", "forget", "candidate", "output"};

/// Long short-term memory without peepholes, with state (c, h) of size 2n:
///
///     i = σ(W_i h + U_i x + b_i)    f = σ(W_f h + U_f x + b_f)    c' = f ∘ c + i ∘ g
///     g = tanh(W_g h + U_g x + b_g) o = σ(W_o h + U_o x + b_o)    h' = o ∘ tanh(c')
///
/// Parameters, rows in PyTorch's order i, f, g, o: weight_ih_l0 = U (4n × m), weight_hh_l0 = W (4n × n), bias_ih_l0 = b
/// (4n). Attributes: recurrent_bias (default false): a second bias bias_hh_l0 (4n) that adds to the first, so that
/// PyTorch's files keep all their tensors; and where other functions stand in the place of these, gates (sigmoid or
/// hard_sigmoid) for σ, candidate for the tanh of g, output for that of h' (models/layers/activation_attributes.h). One
/// step costs 8n² operations for each column.
///
/// With a cap κ it is the kind capped_lstm, f = κ σ(…): the cell forgets at κ at the latest, whatever drives its gates.
/// Source: Hochreiter and Schmidhuber 1997, forget gate of Gers, Schmidhuber and Cummins 2000.
template <class S>
class Lstm : public DrivenCell<S> {
 public:
  struct Options {
    bool recurrent_bias = false;
    ActivationFunction gates = Activation::sigmoid, candidate = Activation::tanh, output = Activation::tanh;
    std::optional<double> cap = {};  ///< κ, in (0, 1] (cap_attribute.h)
  };
  /// The attributes of both kinds, but for the cap. Throws UsageError for values that make no sense.
  static Options read_options(AttributeReader& read);
  /// Throws UsageError unless the values of `gates` lie in [0, 1].
  Lstm(Index m, Index n, Options options);

  std::string kind() const override { return options_.cap ? "capped_lstm" : "lstm"; }
  CellShape shape() const override;
  Attributes attributes() const override;
  std::unique_ptr<Cell<S>> clone() const override { return std::make_unique<Lstm>(*this); }

  /// tanh(c'), or what stands in its place.
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
  enum : Index { kIn, kForget, kCandidate, kOut, kGates };

  Index units() const { return this->recurrent_weights().cols(); }
  /// Whether all functions are those of the formula.
  bool standard() const;
  S cap() const { return static_cast<S>(options_.cap.value_or(1.0)); }
  /// The slopes at the values that a step left.
  struct Slopes {
    Matrix<S> gates, output;
  };
  Slopes slopes(const typename DrivenCell<S>::Step& step) const;

  Options options_;
};

}  // namespace unrecur
