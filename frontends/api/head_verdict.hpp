#pragma once

#include "frontends/api/exchange.hpp"

namespace praetor::api {

/// The maximal body size of a request, and the destination of the body.
struct body_rule {
  std::uint64_t max_bytes = 512 << 10;              ///< inclusive
  std::string_view limit_name = {};                 ///< the configuration key that a rejection names
  std::shared_ptr<storage::scratch_file> into = {}; ///< null: into request::body
};

/// The decision about a request by its head, before a byte of its body is read.
struct head_verdict {
  body_rule body;
  std::optional<answer> refusal;
  bool undecided = false; ///< the token is not resolved yet: use `judge_later`
};

/// A 413 with the text that names the limit, and the length if the client declared one.
inline answer body_too_large(const request& head, const body_rule& rule) {
  std::string text = "Request body";
  if (head.content_length) text += "(" + std::to_string(*head.content_length) + " bytes)";
  text += " too large, max size: " + std::to_string(rule.max_bytes) + " bytes.";
  if (!rule.limit_name.empty())
    text += " See https://www.consul.io/docs/agent/config/config-files#" + std::string(rule.limit_name) + ".";
  answer a;
  a.status = 413;
  a.content_type = "text/plain; charset=utf-8";
  a.body = std::make_shared<const std::string>(std::move(text));
  a.close = true;
  return a;
}

} // namespace praetor::api
