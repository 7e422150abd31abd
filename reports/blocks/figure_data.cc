#include "reports/blocks/figure_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "reports/blocks/markup.h"
#include "reports/blocks/numbers.h"
#include "reports/blocks/thinned.h"

namespace unrecur::reports {
namespace {

using Json = nlohmann::ordered_json;

std::string key_of(Kind kind) {
  switch (kind) {
    case Kind::upper:
      return "upper";
    case Kind::lower:
      return "lower";
    case Kind::estimate:
      return "estimate";
    case Kind::floor:
      return "floor";
    case Kind::measured:
      break;
  }
  return "measured";
}

Json axis_json(const Axis& axis) {
  Json json = {{"label", plain_text(axis.label)}, {"log", axis.log}};
  if (!axis.names.empty()) json["names"] = axis.names;
  return json;
}

/// Seven significant digits: more than a screen shows or a reader reads.
Json short_numbers(const std::vector<double>& values, const std::vector<std::size_t>& places) {
  Json list = Json::array();
  for (const std::size_t i : places) {
    const double value = std::strtod(fmt::format("{:.7g}", values[i]).c_str(), nullptr);
    if (value == std::floor(value) && std::fabs(value) < 1e6) {
      list.push_back(static_cast<std::int64_t>(value));
    } else {
      list.push_back(value);
    }
  }
  return list;
}

/// Curves mostly share their x, so that each list of them is stored once and named by its place.
Json curve_json(const Figure& figure, const Curve& curve, Json& lists) {
  const std::vector<std::size_t> places = visible_points(figure, curve);
  Json x = short_numbers(curve.x, places);
  const auto found = std::find(lists.begin(), lists.end(), x);
  const auto place = found - lists.begin();
  if (found == lists.end()) lists.push_back(std::move(x));
  Json json = {{"family", curve.family},
               {"seed", curve.seed ? Json(*curve.seed) : Json()},
               {"x", place},
               {"y", short_numbers(curve.y, places)}};
  if (!curve.low.empty()) {
    json["low"] = short_numbers(curve.low, places);
    json["high"] = short_numbers(curve.high, places);
  }
  if (places.size() < curve.x.size()) json["of"] = curve.x.size();
  return json;
}

Json figure_json(const Figure& figure) {
  Json json = {{"id", figure.id},          {"title", plain_text(figure.title)},
               {"x", axis_json(figure.x)}, {"y", axis_json(figure.y)},
               {"small", figure.small},    {"families", Json::array()},
               {"xs", Json::array()},      {"curves", Json::array()},
               {"levels", Json::array()}};
  for (const Family& f : figure.families) {
    json["families"].push_back({{"key", f.key},
                                {"label", f.label},
                                {"kind", key_of(f.kind)},
                                {"words", format_kind(f.kind)},
                                {"colour", f.colour},
                                {"hidden", f.hidden},
                                {"points", f.points}});
  }
  for (const Curve& c : figure.curves) json["curves"].push_back(curve_json(figure, c, json["xs"]));
  for (const Level& l : figure.levels) {
    json["levels"].push_back(
        {{"axis", std::string(1, l.axis)}, {"value", l.value}, {"label", l.label}, {"colour", l.colour}});
  }
  return json;
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == text.npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

}  // namespace

const Family* family_of(const Figure& figure, const Curve& curve) {
  const auto found = std::find_if(figure.families.begin(), figure.families.end(),
                                  [&](const Family& f) { return f.key == curve.family; });
  return found == figure.families.end() ? nullptr : &*found;
}

std::string format_kind(Kind kind) {
  switch (kind) {
    case Kind::upper:
      return "upper bound";
    case Kind::lower:
      return "lower bound";
    case Kind::estimate:
      return "estimate";
    case Kind::floor:
      return "rounding floor";
    case Kind::measured:
      break;
  }
  return "measured";
}

std::string figures_json(const std::vector<const Figure*>& figures) {
  Json all = Json::object();
  for (const Figure* figure : figures) all[figure->id] = figure_json(*figure);
  std::string text;
  for (const char c : all.dump(-1, ' ', false, Json::error_handler_t::replace)) {
    if (c == '<') {
      text += "\\u003c";
    } else {
      text += c;
    }
  }
  return text;
}

std::string figure_csv(const Figure& figure) {
  std::string csv =
      "curve,kind,seed," + csv_field(plain_text(figure.x.label)) + "," + csv_field(plain_text(figure.y.label)) + "\n";
  for (const Curve& curve : figure.curves) {
    const Family* family = family_of(figure, curve);
    const std::string head = csv_field(family == nullptr ? curve.family : family->label) + "," +
                             format_kind(family == nullptr ? Kind::measured : family->kind) + "," +
                             (curve.seed ? std::to_string(*curve.seed) : "") + ",";
    for (std::size_t i = 0; i < curve.x.size(); ++i) {
      csv += head + exact_number(curve.x[i]) + "," + exact_number(curve.y[i]) + "\n";
    }
  }
  for (const Level& level : figure.levels) {
    const std::string value = exact_number(level.value);
    csv += csv_field(level.label) + ",level,," + (level.axis == 'x' ? value + "," : "," + value) + "\n";
  }
  return csv;
}

std::vector<const Curve*> strong_curves(const Figure& figure) {
  std::vector<const Curve*> strong;
  for (const Family& family : figure.families) {
    const Curve* chosen = nullptr;
    for (const Curve& curve : figure.curves) {
      if (curve.family != family.key) continue;
      if (chosen == nullptr || (chosen->seed && !curve.seed)) chosen = &curve;
    }
    if (chosen != nullptr) strong.push_back(chosen);
  }
  return strong;
}

WideTable wide_table(const Figure& figure) {
  WideTable table;
  table.columns.push_back(plain_text(figure.x.label));
  const std::vector<const Curve*> strong = strong_curves(figure);
  std::map<double, std::vector<double>> rows;
  for (std::size_t c = 0; c < strong.size(); ++c) {
    table.columns.push_back(family_of(figure, *strong[c])->label);
    for (std::size_t i = 0; i < strong[c]->x.size(); ++i) {
      auto& row = rows[strong[c]->x[i]];
      row.resize(strong.size(), std::numeric_limits<double>::quiet_NaN());
      row[c] = strong[c]->y[i];
    }
  }
  for (auto& [x, values] : rows) {
    values.insert(values.begin(), x);
    table.rows.push_back(std::move(values));
  }
  return table;
}

}  // namespace unrecur::reports
