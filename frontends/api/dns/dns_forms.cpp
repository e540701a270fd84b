#include "frontends/api/dns/dns_forms.hpp"

#include "frontends/api/dns/dns_message.hpp"
#include "protocol/base/hex.hpp"
#include "protocol/types/values.hpp"

#include <arpa/inet.h>
#include <array>
#include <span>

namespace praetor::dns {

namespace {

using label_span = std::span<const std::string>;

form kind_of(std::string_view label) {
  static constexpr std::array<std::pair<std::string_view, form>, 7> kinds{{
      {"service", form::service},
      {"connect", form::connect},
      {"virtual", form::virtual_address},
      {"ingress", form::ingress},
      {"node", form::node},
      {"query", form::prepared_query},
      {"addr", form::address},
  }};
  for (const auto& [name, kind] : kinds)
    if (label == name) return kind;
  return form::unknown;
}

std::string joined(label_span labels) {
  std::string out;
  for (const auto& label : labels) {
    if (!out.empty()) out.push_back('.');
    out += label;
  }
  return out;
}

/// Reads what stands behind the kind: where to look. @returns false if it says nothing sensible
bool parse_locality(label_span suffix, parsed_name& into) {
  if (into.kind == form::address || suffix.empty()) return true;
  if (suffix.size() == 1) {
    (into.kind == form::virtual_address ? into.peer : into.datacenter) = suffix[0];
    return true;
  }
  if (suffix.size() != 2 && suffix.size() != 4) return false;
  for (; !suffix.empty(); suffix = suffix.subspan(2)) {
    if (suffix[1] == "dc")
      into.datacenter = suffix[0];
    else if (suffix[1] == "peer")
      into.peer = suffix[0];
    else
      return false;
  }
  return into.datacenter.empty() || into.peer.empty();
}

bool underscored(const std::string& label) { return label.starts_with('_'); }

/// Reads what stands in front of the kind.
bool parse_parts(label_span parts, parsed_name& into) {
  if (parts.empty()) return false;
  switch (into.kind) {
  case form::service:
    if (parts.size() == 2 && underscored(parts[0]) && underscored(parts[1])) {
      into.name = parts[0].substr(1);
      if (parts[1] != "_tcp") into.tag = parts[1].substr(1);
      return true;
    }
    into.tag = joined(parts.first(parts.size() - 1));
    into.name = parts.back();
    return true;
  case form::connect:
  case form::virtual_address:
  case form::ingress: into.name = parts.back(); return true;
  case form::node: into.name = joined(parts); return true;
  case form::prepared_query:
    if (parts.size() > 1 && underscored(parts.front()) && underscored(parts.back()))
      into.name = joined(parts.first(parts.size() - 1)).substr(1);
    else
      into.name = joined(parts);
    return into.peer.empty();
  case form::address: into.name = parts[0]; return parts.size() == 1;
  case form::unknown: break;
  }
  return false;
}

std::string doubled_backquotes(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '`') out.push_back('`');
    out.push_back(c);
  }
  return out;
}

} // namespace

parsed_name parse_name(const std::vector<std::string>& labels, std::uint16_t type) {
  label_span all(labels);
  for (auto i = all.size(); i-- > 0;) {
    parsed_name out;
    auto parts = all.first(i);
    if (type == rr::srv && underscored(all[i])) {
      out.kind = form::service;
      parts = all.first(i + 1);
    } else {
      out.kind = kind_of(all[i]);
    }
    if (out.kind == form::unknown) continue;
    auto suffix = all.subspan(i + 1);
    if (out.kind == form::prepared_query && suffix.size() > 1) return {};
    if (!parse_locality(suffix, out) || !parse_parts(parts, out) || out.name.empty()) return {};
    return out;
  }
  return {};
}

std::optional<std::string> reversed_address(const std::vector<std::string>& labels) {
  if (labels.size() < 2 || labels.back() != "arpa") return std::nullopt;
  const auto& zone = labels[labels.size() - 2];
  auto digits = label_span(labels).first(labels.size() - 2);
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (zone == "in-addr" && digits.size() == 4) {
    auto dotted = digits[3] + "." + digits[2] + "." + digits[1] + "." + digits[0];
    in_addr address{};
    if (inet_pton(AF_INET, dotted.c_str(), &address) != 1) return std::nullopt;
    return std::string(inet_ntop(AF_INET, &address, text.data(), text.size()));
  }
  if (zone != "ip6" || digits.size() != 32) return std::nullopt;
  std::string hex;
  for (auto i = digits.size(); i-- > 0;) {
    if (digits[i].size() != 1) return std::nullopt;
    hex += digits[i];
  }
  auto bytes = address_bytes(hex);
  if (!bytes) return std::nullopt;
  return std::string(inet_ntop(AF_INET6, bytes->data(), text.data(), text.size()));
}

std::optional<std::string> address_bytes(std::string_view digits) {
  if (digits.size() != 8 && digits.size() != 32) return std::nullopt;
  return parse_hex(digits);
}

std::string metadata_text(std::string_view key, std::string_view value) {
  constexpr std::string_view plain = "rfc1035-";
  if (key.size() >= plain.size() && equal_fold(key.substr(0, plain.size()), plain)) return std::string(value);
  auto first = std::min(key.find_first_not_of(' '), key.size());
  auto last = key.find_last_not_of(' ') + 1; // npos + 1 = 0: nothing but spaces
  std::string out;
  for (std::size_t i = 0; i < key.size(); ++i) {
    char c = key[i];
    if (c == '`' || c == '=' || (c == ' ' && (i < first || i >= last))) out.push_back('`');
    out.push_back(c);
  }
  return out + "=" + doubled_backquotes(value);
}

} // namespace praetor::dns
