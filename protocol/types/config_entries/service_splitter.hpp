#pragma once

#include "protocol/types/config_entries/parts.hpp"

namespace praetor::config_entries {

struct service_split {
  float weight = 0; ///< percent
  std::string service, service_subset, namespace_name, partition;
  std::optional<header_modifiers> request_headers, response_headers;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Weight"}, x.weight);
    f(field{"Service", omit_empty}, x.service);
    f(field::aliased("ServiceSubset", "service_subset", omit_empty), x.service_subset);
    f(field{"Namespace", omit_empty}, x.namespace_name);
    f(field{"Partition", omit_empty}, x.partition);
    f(field::aliased("RequestHeaders", "request_headers", omit_empty), x.request_headers);
    f(field::aliased("ResponseHeaders", "response_headers", omit_empty), x.response_headers);
  }
  bool operator==(const service_split&) const = default;
};

/// Divides a service's requests among services and subsets.
struct service_splitter : config_entry {
  static constexpr std::string_view kind_name = "service-splitter", type_name = "ServiceSplitterConfigEntry";

  std::vector<service_split> splits;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    head(f, x);
    f(field{"Splits", null_if_empty}, x.splits);
    tail(f, x);
  }
  expected<void> normalize();
  expected<void> validate() const;
  string_list related_services() const;
};

/// A weight in hundredths of a percent, the finest step.
std::int64_t scaled_weight(float weight);
/// A weight rounded to that step.
float rounded_weight(float weight);

} // namespace praetor::config_entries
