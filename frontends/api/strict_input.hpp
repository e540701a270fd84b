#pragma once

#include "protocol/codec/json_read.hpp"

#include <string>
#include <string_view>

namespace praetor::api {

/// Reads a body strictly. Naming a namespace is an unknown field with a word more.
/// @param prefix what the error's text begins with
template <class T>
expected<T> read_strictly(std::string_view body, std::string_view prefix = "Request decode failed: ") {
  json::read_options strict;
  std::string rejected;
  strict.reject_unknown_fields = true;
  strict.rejected_field = &rejected;
  auto read = json::read<T>(body, strict);
  if (read) return read;
  auto text = std::string(prefix) + read.error().text;
  if (rejected == "Namespace") text += " - Namespaces are a Consul Enterprise feature";
  return fail(std::move(text), 400);
}

} // namespace praetor::api
