#pragma once

#include <nlohmann/json.hpp>

// The JSON values and their printing are compiled once (instances.cc), not again in every file that uses them. Part
// of what is precompiled; a build without that compiles them where they are used.
extern template class nlohmann::basic_json<>;
extern template class nlohmann::detail::serializer<nlohmann::json>;
