#include "models/sequence/gradients.h"

#include <utility>

namespace unrecur {
namespace {

template <class S>
double squared_norm_of(std::span<const Parameter<S>> part) {
  double sum = 0.0;
  for (const auto& p : part) sum += static_cast<double>(p.value.squaredNorm());
  return sum;
}

}  // namespace

template <class S>
Gradients<S>::Gradients(const Matrix<S>& embedding, const Parameters<S>& layers, const Parameters<S>& decoder,
                        bool shared)
    : shared_(shared && embedding.size() > 0) {
  if (embedding.size() > 0) {
    values_.push_back({"encoder.weight", Matrix<S>::Zero(embedding.rows(), shared_ ? embedding.cols() : 0)});
    if (!shared_) columns_[0] = {};
  }
  const auto append = [&](const std::string& prefix, const Parameters<S>& part) {
    for (const auto& p : part) {
      values_.push_back({prefix + p.name, Matrix<S>::Zero(p.value.rows(), p.value.cols()), p.rank});
    }
  };
  layers_ = values_.size();
  append("rnn.", layers);
  decoder_ = values_.size();
  append("decoder.", decoder);
}

template <class S>
const std::vector<Index>* Gradients<S>::columns(std::size_t i) const {
  const auto found = columns_.find(i);
  return found == columns_.end() ? nullptr : &found->second;
}

template <class S>
Matrix<S> Gradients<S>::dense(std::size_t i, Index columns) const {
  const std::vector<Index>* own = this->columns(i);
  if (own == nullptr) return value(i);
  Matrix<S> all = Matrix<S>::Zero(value(i).rows(), columns);
  for (std::size_t j = 0; j < own->size(); ++j) all.col((*own)[j]) += value(i).col(static_cast<Index>(j));
  return all;
}

template <class S>
void Gradients<S>::set_embedding(SparseColumns<S> gradient) {
  if (shared_) {
    for (std::size_t j = 0; j < gradient.columns.size(); ++j) {
      values_[0].value.col(gradient.columns[j]) += gradient.values.col(static_cast<Index>(j));
    }
    return;
  }
  columns_.at(0) = std::move(gradient.columns);
  values_[0].value = std::move(gradient.values);
}

template <class S>
void Gradients<S>::clear() {
  for (std::size_t i = 0; i < size(); ++i) {
    const auto sparse = columns_.find(i);
    if (sparse == columns_.end()) {
      values_[i].value.setZero();
    } else {
      sparse->second.clear();
      values_[i].value.resize(values_[i].value.rows(), 0);
    }
  }
}

template <class S>
double Gradients<S>::squared_norm() const {
  const std::span<const Parameter<S>> all(values_);
  return squared_norm_of(layers()) + squared_norm_of(decoder()) + squared_norm_of(all.first(layers_));
}

template class Gradients<float>;
template class Gradients<double>;

}  // namespace unrecur
