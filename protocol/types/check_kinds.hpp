#pragma once

#include "protocol/types/definitions.hpp"

#include <array>
#include <span>
#include <string_view>

namespace praetor {

/// One kind of health check.
struct health_check_kind {
  std::string_view name;
  std::array<std::string_view, 2> fields;         ///< JSON names; a definition that sets one of them asks for this kind
  int shown_rank;                                 ///< if a definition asks for several kinds, catalogs show the lowest
  bool polled = false;                            ///< needs an interval
  nanoseconds timeout = std::chrono::seconds(10); ///< of an attempt whose definition has none
};

/// All kinds. If a definition asks for several, the first one is run.
std::span<const health_check_kind> health_check_kinds();

/// The kind of check that a definition is run as: "ttl", "http", ...; empty if it asks for none.
std::string_view check_kind(const check_definition& definition);
/// The kind that catalogs show as the type of the check; empty if it has none.
std::string_view shown_check_kind(const check_definition& definition);
std::string_view shown_check_kind(const health_check_definition& definition);

/// Returns true if the definition asks for that kind, whatever else it asks for.
bool asks_for(const check_definition& definition, std::string_view kind);
/// Returns true if the definition asks for a kind that needs an interval.
bool is_polled(const check_definition& definition);
/// The timeout of an attempt: the definition's, or that of its kind.
nanoseconds attempt_timeout(const check_definition& definition);

} // namespace praetor
