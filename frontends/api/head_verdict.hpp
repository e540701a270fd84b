#pragma once

#include "frontends/api/exchange.hpp"

namespace praetor::api {

/// How large a body a request may have, and where it goes.
struct body_rule {
  std::uint64_t max_bytes = 512 << 10;              ///< inclusive
  std::string_view limit_name = {};                 ///< the configuration key that a refusal points to
  std::shared_ptr<storage::scratch_file> into = {}; ///< null: into request::body
};

/// What is known of a request by its head, before a byte of its body is read.
struct head_verdict {
  body_rule body;
  std::optional<answer> refusal;
  bool undecided = false; ///< who asks is not known yet: `judge_later` finds out
};

/// 413 with the text that names the limit, and the length where the client has declared one.
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
