#pragma once

#include "protocol/codec/json_read.hpp"

#include <string>
#include <string_view>

namespace praetor::api {

/// Decodes a body; unknown fields are errors.
/// @param prefix the beginning of the error's text
/// @param unknown receives the name of the unknown field that made the read fail; may be null
template <class T>
expected<T> read_strictly(std::string_view body,
                          std::string_view prefix = "Request decode failed: ", std::string* unknown = nullptr) {
  json::read_options strict;
  strict.reject_unknown_fields = true;
  strict.rejected_field = unknown;
  auto read = json::read<T>(body, strict);
  if (!read) return fail(std::string(prefix) + read.error().text, 400);
  return read;
}

/// The same for records that have a namespace in Consul Enterprise. Its error differs from that of other unknown
/// fields.
template <class T>
expected<T> read_namespaced(std::string_view body, std::string_view prefix = "Request decode failed: ") {
  std::string unknown;
  auto read = read_strictly<T>(body, prefix, &unknown);
  if (read || unknown != "Namespace") return read;
  return fail(std::move(read.error().text) + " - Namespaces are a Consul Enterprise feature", 400);
}

} // namespace praetor::api
