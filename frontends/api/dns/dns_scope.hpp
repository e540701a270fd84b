#pragma once

#include "actors/rpc/destination.hpp"
#include "frontends/api/dns/dns_forms.hpp"
#include "frontends/api/dns/dns_lookup.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace praetor::dns {

// What a name alone says of its answer.

/// Where the suffix of a wire name begins that is one of the agent's own domains; nothing if none is.
std::optional<std::size_t> start_of_domain(const lookup_settings& settings, std::string_view name);
/// Takes apart what stands in front of the domain.
parsed_name parse_head(std::string_view head, std::uint16_t type);
/// Whose answer a question takes that names no datacenter, if the catalog decides about it.
destination usual_destination(const lookup_settings& settings);
/// Whose answer a question takes. Names that no form fits, and those that spell an address, are answered by the rules
/// alone, so each agent answers them; the catalog of a datacenter decides about the others.
/// @param name in wire form
destination destination_of(const lookup_settings& settings, std::string_view name, std::uint16_t type);

} // namespace praetor::dns
