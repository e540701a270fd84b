#pragma once

#include <cstdint>

#include "protocol/config/key_row.hpp"

namespace praetor::config {

struct http_settings {
  string_list block_endpoints;
  string_list allow_write_http_from; ///< CIDRs in canonical form
  string_map response_headers;
  bool use_cache = true;
  std::int64_t max_header_bytes = 0; ///< 0 means 1 MiB
  std::int64_t max_conns_per_client = 200;
  nanoseconds https_handshake_timeout{0};
  bool operator==(const http_settings&) const = default;
};

/// The members of `runtime_config` that the keys below set.
struct http_section {
  http_settings http;
  bool disable_http_unprintable_char_filter = false;
  bool use_streaming_backend = true;
  bool operator==(const http_section&) const = default;
};

} // namespace praetor::config

namespace praetor::config::keys {

/// The HTTP API.
template <class Config>
inline constexpr key_row http[] = {
    {.path = "http_config.block_endpoints",
     .kind = k::text_list,
     .traits = reloadable,
     .member = at<&Config::http, &http_settings::block_endpoints>,
     .shown = "HTTPBlockEndpoints",
     .doc = "Prefixes of blocked paths."},
    {.path = "http_config.allow_write_http_from",
     .kind = k::text_list,
     .traits = reloadable,
     .member = at<&Config::http, &http_settings::allow_write_http_from>,
     .shown = "AllowWriteHTTPFrom",
     .flag = "allow-write-http-from",
     .doc = "Network (CIDR) whose clients may write through the agent's endpoints; may be given several times."},
    {.path = "http_config.response_headers",
     .kind = k::text_map,
     .traits = reloadable,
     .member = at<&Config::http, &http_settings::response_headers>,
     .shown = "HTTPResponseHeaders",
     .doc = "Header fields added to all answers."},
    {.path = "http_config.use_cache",
     .kind = k::boolean,
     .traits = reloadable,
     .initial = "true",
     .member = at<&Config::http, &http_settings::use_cache>,
     .shown = "HTTPUseCache",
     .doc = "Answer from the agent's cache where a request allows it."},
    {.path = "http_config.max_header_bytes",
     .kind = k::integer,
     .traits = reloadable,
     .member = at<&Config::http, &http_settings::max_header_bytes>,
     .shown = "HTTPMaxHeaderBytes",
     .doc = "Maximum size of a request's head; 0 means 1 MiB."},
    {.path = "disable_http_unprintable_char_filter",
     .kind = k::boolean,
     .member = at<&Config::disable_http_unprintable_char_filter>,
     .shown = "DisableHTTPUnprintableCharFilter",
     .doc = "Accept paths with unprintable characters."},
    {.path = "use_streaming_backend",
     .kind = k::boolean,
     .traits = reloadable,
     .initial = "true",
     .member = at<&Config::use_streaming_backend>,
     .shown = "UseStreamingBackend",
     .doc = "Name streaming as the source of health queries."},
};

} // namespace praetor::config::keys
