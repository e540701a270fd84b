#pragma once

#include "frontends/api/dns/dns_message.hpp"
#include "protocol/types/catalog.hpp"

namespace praetor::dns {

// Which address, port and weight stand for an instance in an answer.

/// Where an instance is reached: an IP address or a host name; empty if nothing suits the question.
struct chosen_address {
  enum class origin { service, node, translated_node };
  std::string text;
  origin from = origin::service;
};

/// @param type of the question: A and AAAA want one family
/// @param from_afar the caller is in another datacenter and addresses are translated
chosen_address instance_address(const node& n, const node_service& s, std::uint16_t type, bool from_afar);
std::string node_address(const node& n, std::uint16_t type, bool from_afar);
std::int64_t service_port(const node_service& s, bool from_afar);

/// By the worst of the instance's checks.
std::int64_t weight_of(const service_entry& e);
/// Whether an instance may be handed out.
bool is_healthy(const service_entry& e, bool only_passing);

/// The 4 or 16 bytes of an address in text form; nothing if it is none.
std::optional<std::string> ip_bytes(const std::string& text);
/// The A or AAAA record of an address, under the name of the question.
record address_record(std::string bytes, std::uint32_t ttl);

} // namespace praetor::dns
