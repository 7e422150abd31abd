#pragma once

#include "theory/stable_sets/lstm_rows.h"

namespace unrecur {

/// Floating bounds of one LSTM's gates, unit by unit, over the inputs and |h| ≤ 1: what LstmBox proves, fast enough for
/// every step. And the coefficients with which rows of R enter the comparison matrix of theory/gated/comparison.h:
///
///     M = [ diag f̄      A                ]    A = f_weight |R_f| + i_weight |R_i| + g_weight |R_g|
///         [ diag(ō f̄)   diag(ō) A + B    ]    B = o_weight |R_o|
///
/// All of them fall when entries of R shrink, so a projection that shrinks R may use those from before it.
struct LstmRowWeights {
  Vector<float> f, o;                                    ///< f̄ and ō
  Vector<float> f_weight, i_weight, g_weight, o_weight;  ///< s_f c̄, s_i ḡ, ī s_g, s_o tanh c̄
};

/// Cost: the range of the drive and 4n².
LstmRowWeights lstm_row_weights(const SequenceModel<float>& model, const InputBounds& inputs);

/// M itself, in double, for the search of witnesses.
Matrix<double> floating_comparison(const Matrix<float>& recurrent, const LstmRowWeights& weights);

}  // namespace unrecur
