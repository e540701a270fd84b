#pragma once

#include <string_view>

#include "protocol/hcl/value.hpp"
#include "protocol/types/error.hpp"

namespace praetor::hcl {

struct json_options {
  bool keep_integers = false; ///< numbers without fraction and exponent become integers; otherwise all are reals
};

/// Reads one JSON text whose top level is an object or null.
expected<value> read_json(std::string_view text, json_options options);

} // namespace praetor::hcl
