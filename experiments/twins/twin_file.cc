#include "experiments/twins/twin_file.h"

#include <algorithm>

#include "base/errors.h"
#include "experiments/twins/network_graph.h"
#include "models/formats/onnx/onnx_cells.h"
#include "models/formats/safetensors/model_file.h"
#include "models/formats/safetensors/safetensors.h"

namespace unrecur {
namespace {

std::string number(Index value) {
  return std::to_string(value);
}

/// Writes one twin in one form.
class TwinGraph {
 public:
  TwinGraph(const TwinTeacher& teacher, const FittedTwin& twin, TwinForm form)
      : teacher_(teacher),
        twin_(twin),
        form_(form),
        m_(teacher.cell->shape().input),
        width_(m_ + (twin.model ? 0 : 1)),
        graph_("twin") {}

  Bytes bytes() {
    const std::string rows = form_ == TwinForm::windowed ? "steps" : "batch";
    graph_.input("x", {rows, m_});
    if (twin_.network) return network_bytes(rows);
    const std::string read = twin_.model ? "x" : marked();
    if (form_ == TwinForm::streaming && twin_.order > 1) {
      graph_.input("cache", {rows, (twin_.order - 1) * width_});
      window_ = graph_.node("Concat", {"cache", read}, "window", {{"axis", std::int64_t{1}}});
      graph_.slice(window_, 1, width_, 0, "next_cache");
      graph_.output("next_cache", {rows, (twin_.order - 1) * width_});
    } else if (twin_.order > 1) {
      const std::vector<std::int64_t> pads{twin_.order - 1, 0, 0, 0};
      padded_ = graph_.node("Pad", {read, graph_.constant("pads", pads)}, "padded");
    } else {
      window_ = read;
    }
    if (twin_.model) {
      window_model(*twin_.model);
    } else {
      truncation();
    }
    return finished(rows);
  }

 private:
  Bytes network_bytes(const std::string& rows) {
    if (form_ == TwinForm::windowed) {
      write_network(*twin_.network, graph_);
    } else {
      graph_.input("cache", {rows, network_cache(*twin_.network)});
      write_network_step(*twin_.network, graph_);
      graph_.output("next_cache", {rows, network_cache(*twin_.network)});
    }
    return finished(rows);
  }

  Bytes finished(const std::string& rows) {
    graph_.output("y", {rows, teacher_.outputs()});
    return graph_.finish({{"unrecur.twin", std::string(name_of(twin_.family))}, {"order", number(twin_.order)}});
  }

  /// x with a one behind every input: what is padded or was never cached has a zero there.
  std::string marked() {
    const std::string zero = graph_.constant("zero", Matrix<double>::Zero(1, 1), 1);
    const std::string one = graph_.constant("one_more", Matrix<double>::Ones(1, 1), 1);
    const std::string nothing = graph_.node("Mul", {graph_.slice("x", 1, 0, 1, "first"), zero}, "nothing");
    const std::string mark = graph_.node("Add", {nothing, one}, "mark");
    return graph_.node("Concat", {"x", mark}, "marked", {{"axis", std::int64_t{1}}});
  }

  /// Input i of the window, the oldest first.
  std::string tap(Index i) {
    const std::string name = "tap" + number(i);
    if (!padded_.empty()) return graph_.slice(padded_, 0, i, i - (twin_.order - 1), name);
    return twin_.order == 1 ? window_ : graph_.slice(window_, 1, i * width_, (i + 1) * width_, name);
  }

  void window_model(const WindowModel& model) {
    if (!padded_.empty()) {
      std::vector<std::string> taps;
      for (Index i = 0; i < model.order; ++i) taps.push_back(tap(i));
      window_ = graph_.node("Concat", taps, "window", {{"axis", std::int64_t{1}}});
    }
    // The model has the newest input on top, a window the oldest first.
    Matrix<double> linear(model.linear.cols(), model.linear.rows());
    for (Index i = 0; i < model.order; ++i) {
      linear.middleRows(i * m_, m_) = model.linear.middleCols((model.order - 1 - i) * m_, m_).transpose();
    }
    const std::string bias = graph_.constant("bias", model.bias, 1);
    const std::vector<std::string> inputs{window_, graph_.constant("weight", linear), bias};
    if (model.quadratic.cols() == 0) {
      graph_.node("Gemm", inputs, "y");
      return;
    }
    const std::string affine = graph_.node("Gemm", inputs, "affine");
    const std::string products = products_of(model);
    const std::string weights = graph_.constant("quadratic", model.quadratic.transpose());
    graph_.node("Gemm", {products, weights, affine}, "y");
  }

  std::string products_of(const WindowModel& model) {
    const auto column = [&](Index feature) { return (model.order - 1 - feature / m_) * m_ + feature % m_; };
    std::vector<std::int64_t> first, second;
    const Index q = model.taps * m_;
    for (Index i = 0; i < q; ++i) {
      for (Index j = i; j < q; ++j) {
        first.push_back(column(i));
        second.push_back(column(j));
      }
    }
    const WrittenAttributes columns{{"axis", std::int64_t{1}}};
    const std::string left = graph_.node("Gather", {window_, graph_.constant("left.columns", first)}, "left", columns);
    const std::string right =
        graph_.node("Gather", {window_, graph_.constant("right.columns", second)}, "right", columns);
    return graph_.node("Mul", {left, right}, "products");
  }

  void truncation() {
    const auto cell = make_onnx_cell(*teacher_.cell, graph_);
    if (!cell)
      throw UsageError("a truncation of a cell of kind " + teacher_.cell->kind() + " cannot be written as ONNX");
    OnnxCell::State state;
    for (Index i = 0; i < twin_.order; ++i) {
      const std::string marked = tap(i), at = "step" + number(i) + ".";
      state = cell->step(state, graph_.slice(marked, 1, 0, m_, at + "x"), at);
      if (i + 1 == twin_.order) break;
      const std::string mark = graph_.slice(marked, 1, m_, m_ + 1, at + "mark");
      for (std::size_t k = 0; k < state.size(); ++k) {
        state[k] = graph_.node("Mul", {state[k], mark}, at + "state" + std::to_string(k));
      }
    }
    if (!teacher_.head) {
      graph_.node("Identity", {state.back()}, "y");
      return;
    }
    const std::string weight = graph_.constant("head.weight", teacher_.head->weight.transpose());
    graph_.node("Gemm", {state.back(), weight, graph_.constant("head.bias", teacher_.head->bias, 1)}, "y");
  }

  const TwinTeacher& teacher_;
  const FittedTwin& twin_;
  TwinForm form_;
  Index m_, width_;
  OnnxWriter graph_;
  std::string window_, padded_;
};

}  // namespace

Bytes format_twin_onnx(const TwinTeacher& teacher, const FittedTwin& twin, TwinForm form) {
  return TwinGraph(teacher, twin, form).bytes();
}

Bytes format_twin_tensors(const TwinTeacher& teacher, const FittedTwin& twin) {
  if (twin.network) throw UsageError("a network is a model of our own, which save_model writes");
  TensorFile file{.file = "twin", .tensors = {}, .metadata = {}};
  file.metadata = {
      {"format", "unrecur.twin/1"}, {"family", std::string(name_of(twin.family))}, {"order", number(twin.order)}};
  if (twin.model) {
    file.metadata["taps"] = number(twin.model->taps);
    file.tensors.push_back(to_tensor<double>("weight", twin.model->linear));
    if (twin.model->taps > 0) file.tensors.push_back(to_tensor<double>("quadratic", twin.model->quadratic));
    file.tensors.push_back(to_tensor<double>("bias", twin.model->bias, 1));
    return format_safetensors(file);
  }
  file.metadata["cell.kind"] = teacher.cell->kind();
  for (const auto& [name, value] : teacher.cell->attributes()) file.metadata["cell." + name] = value;
  for (const auto& p : teacher.cell->parameters()) {
    file.tensors.push_back(to_tensor<double>("cell." + p.name, p.value, p.rank));
  }
  if (teacher.head) {
    file.tensors.push_back(to_tensor<double>("head.weight", teacher.head->weight));
    file.tensors.push_back(to_tensor<double>("head.bias", teacher.head->bias, 1));
  }
  return format_safetensors(file);
}

std::vector<std::filesystem::path> write_twin(const std::filesystem::path& name, const TwinTeacher& teacher,
                                              const FittedTwin& twin) {
  std::vector<std::filesystem::path> written;
  const auto write = [&](const std::filesystem::path& path, const Bytes& content) {
    write_atomically(path, content);
    written.push_back(path);
  };
  const std::string text = name.string();
  const bool any = !text.ends_with(".safetensors") && !text.ends_with(".onnx");
  const bool stream = text.ends_with(".stream.onnx");
  if (any || text.ends_with(".safetensors")) {
    const std::string path = any ? text + ".safetensors" : text;
    if (twin.network) {
      save_model(path, *twin.network);
      written.push_back(path);
    } else {
      write(path, format_twin_tensors(teacher, twin));
    }
  }
  if (any || (text.ends_with(".onnx") && !stream)) {
    write(any ? text + ".onnx" : text, format_twin_onnx(teacher, twin, TwinForm::windowed));
  }
  if (any || stream) {
    write(any ? text + ".stream.onnx" : text, format_twin_onnx(teacher, twin, TwinForm::streaming));
  }
  return written;
}

}  // namespace unrecur
