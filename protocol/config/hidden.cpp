#include "protocol/config/hidden.hpp"

#include "protocol/types/secrets.hpp"
#include "protocol/types/values.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

namespace praetor::config {

namespace {

/// Harmless members whose names contain a secret's word: times, and members that describe themselves.
constexpr std::array<std::string_view, 2> harmless{"ACLTokenTTL", "ACLTokens"};

bool is_secret(const std::string& name) {
  return names_a_secret(name) && std::find(harmless.begin(), harmless.end(), name) == harmless.end();
}

/// Request headers may carry tokens and passwords under any name. Response headers are public anyway.
bool holds_headers(const std::string& name) {
  auto lower = lower_case(name);
  return lower == "header" || lower == "headers";
}

/// @param secret all texts here are secrets, whatever their names
void hide(nlohmann::json& tree, bool secret) {
  if (tree.is_string()) {
    auto& text = tree.get_ref<std::string&>();
    text = secret ? std::string(hidden) : without_url_secrets(std::move(text));
  } else if (tree.is_array()) {
    for (auto& each : tree) hide(each, secret);
  } else if (tree.is_object()) {
    for (auto& [name, value] : tree.items()) hide(value, secret || holds_headers(name) || is_secret(name));
  }
}

} // namespace

void hide_secrets(nlohmann::json& tree) { hide(tree, false); }

} // namespace praetor::config
