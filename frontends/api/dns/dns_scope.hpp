#pragma once

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
/// Other datacenters are not reachable from here, so they are as good as unknown.
bool is_elsewhere(const parsed_name& asked, const lookup_settings& settings);

/// Whether the answer depends on what the catalog holds. Names that no form fits, of other datacenters, and those that
/// spell an address are answered by the rules alone.
/// @param name in wire form
bool needs_catalog(const lookup_settings& settings, std::string_view name, std::uint16_t type);

} // namespace praetor::dns
