#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "protocol/config/key_row.hpp"

namespace praetor::config {

struct dns_soa {
  std::uint32_t refresh = 3600, retry = 600, expire = 86400, min_ttl = 0;
  bool operator==(const dns_soa&) const = default;
};

struct dns_settings {
  bool allow_stale = true;
  nanoseconds max_stale{0};
  nanoseconds node_ttl{0};
  std::map<std::string, nanoseconds> service_ttl; ///< exact names, or prefixes that end with '*'
  bool only_passing = false;
  std::int64_t a_record_limit = 0;
  std::int64_t udp_answer_limit = 3;
  bool enable_truncate = false;
  bool disable_compression = false;
  nanoseconds recursor_timeout{0};
  std::string recursor_strategy; ///< "sequential" or "random"
  bool node_meta_txt = true;
  bool use_cache = false;
  nanoseconds cache_max_age{0};
  dns_soa soa;
  bool operator==(const dns_settings&) const = default;
};

/// The members of `runtime_config` that the keys below set.
struct dns_section {
  std::string dns_domain = "consul.";
  std::string dns_alt_domain;
  dns_settings dns;
  bool operator==(const dns_section&) const = default;
};

} // namespace praetor::config

namespace praetor::config::keys {

/// Answers over DNS.
template <class Config>
inline constexpr key_row dns[] = {
    {.path = "domain",
     .kind = k::text,
     .traits = reloadable,
     .initial = "consul.",
     .member = at<&Config::dns_domain>,
     .shown = "DNSDomain",
     .flag = "domain",
     .doc = "Domain of DNS names."},
    {.path = "alt_domain",
     .kind = k::text,
     .traits = reloadable,
     .member = at<&Config::dns_alt_domain>,
     .shown = "DNSAltDomain",
     .flag = "alt-domain",
     .doc = "Second domain of DNS names."},
    {.path = "dns_config.allow_stale",
     .kind = k::boolean,
     .traits = reloadable,
     .initial = "true",
     .member = at<&Config::dns, &dns_settings::allow_stale>,
     .shown = "DNSAllowStale",
     .doc = "Let any server answer, not only the leader."},
    {.path = "dns_config.a_record_limit",
     .kind = k::integer,
     .traits = reloadable,
     .initial = "0",
     .member = at<&Config::dns, &dns_settings::a_record_limit>,
     .shown = "DNSARecordLimit",
     .doc = "Maximum number of address records in an answer; 0 means no limit."},
    {.path = "dns_config.disable_compression",
     .kind = k::boolean,
     .traits = reloadable,
     .member = at<&Config::dns, &dns_settings::disable_compression>,
     .shown = "DNSDisableCompression",
     .doc = "Write names in full."},
    {.path = "dns_config.enable_truncate",
     .kind = k::boolean,
     .traits = reloadable,
     .member = at<&Config::dns, &dns_settings::enable_truncate>,
     .shown = "DNSEnableTruncate",
     .doc = "Mark shortened answers, so that clients ask again over TCP."},
    {.path = "dns_config.max_stale",
     .kind = k::duration,
     .traits = reloadable,
     .initial = "87600h",
     .member = at<&Config::dns, &dns_settings::max_stale>,
     .shown = "DNSMaxStale",
     .doc = "Maximum time that an answering server may lag behind the leader."},
    {.path = "dns_config.node_ttl",
     .kind = k::duration,
     .traits = reloadable,
     .member = at<&Config::dns, &dns_settings::node_ttl>,
     .shown = "DNSNodeTTL",
     .doc = "TTL of answers about nodes."},
    {.path = "dns_config.only_passing",
     .kind = k::boolean,
     .traits = reloadable,
     .member = at<&Config::dns, &dns_settings::only_passing>,
     .shown = "DNSOnlyPassing",
     .doc = "Omit instances with warnings, too."},
    {.path = "dns_config.recursor_strategy",
     .kind = k::text,
     .traits = reloadable,
     .initial = "sequential",
     .member = at<&Config::dns, &dns_settings::recursor_strategy>,
     .shown = "DNSRecursorStrategy",
     .choice = {"strategy", {"sequential", "random", ""}},
     .doc = "Order in which recursors are queried: `sequential` or `random`."},
    {.path = "dns_config.recursor_timeout",
     .kind = k::duration,
     .traits = reloadable,
     .initial = "2s",
     .member = at<&Config::dns, &dns_settings::recursor_timeout>,
     .shown = "DNSRecursorTimeout",
     .named = "recursor_timeout",
     .doc = "Timeout of a query to a recursor."},
    {.path = "dns_config.service_ttl",
     .kind = k::text_map,
     .traits = reloadable,
     .doc = "TTLs of answers about services, by name or prefix with `*`."},
    {.path = "dns_config.udp_answer_limit",
     .kind = k::integer,
     .traits = reloadable,
     .initial = "3",
     .member = at<&Config::dns, &dns_settings::udp_answer_limit>,
     .shown = "DNSUDPAnswerLimit",
     .doc = "Maximum number of records in an answer over UDP."},
    {.path = "dns_config.enable_additional_node_meta_txt",
     .kind = k::boolean,
     .traits = reloadable,
     .initial = "true",
     .member = at<&Config::dns, &dns_settings::node_meta_txt>,
     .shown = "DNSNodeMetaTXT",
     .doc = "Add the node's metadata as TXT records."},
    {.path = "dns_config.soa.refresh",
     .kind = k::unsigned_32,
     .traits = reloadable,
     .initial = "3600",
     .member = at<&Config::dns, &dns_settings::soa, &dns_soa::refresh>,
     .shown = "DNSSOA.Refresh",
     .doc = "Seconds between a secondary's refreshes."},
    {.path = "dns_config.soa.retry",
     .kind = k::unsigned_32,
     .traits = reloadable,
     .initial = "600",
     .member = at<&Config::dns, &dns_settings::soa, &dns_soa::retry>,
     .shown = "DNSSOA.Retry",
     .doc = "Seconds between its retries."},
    {.path = "dns_config.soa.expire",
     .kind = k::unsigned_32,
     .traits = reloadable,
     .initial = "86400",
     .member = at<&Config::dns, &dns_settings::soa, &dns_soa::expire>,
     .shown = "DNSSOA.Expire",
     .doc = "Seconds until its data expire."},
    {.path = "dns_config.soa.min_ttl",
     .kind = k::unsigned_32,
     .traits = reloadable,
     .initial = "0",
     .member = at<&Config::dns, &dns_settings::soa, &dns_soa::min_ttl>,
     .shown = "DNSSOA.Minttl",
     .doc = "TTL of negative answers, in seconds."},
    {.path = "dns_config.use_cache",
     .kind = k::boolean,
     .traits = no_effect,
     .member = at<&Config::dns, &dns_settings::use_cache>,
     .shown = "DNSUseCache",
     .doc = "Answer from the agent's cache."},
    {.path = "dns_config.cache_max_age",
     .kind = k::duration,
     .traits = no_effect,
     .member = at<&Config::dns, &dns_settings::cache_max_age>,
     .shown = "DNSCacheMaxAge",
     .satisfied_by = "0s",
     .doc = "Maximum age of such answers."},
};

} // namespace praetor::config::keys
