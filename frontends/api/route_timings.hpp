#pragma once

#include "frontends/api/endpoint_metrics.hpp"

#include <array>
#include <atomic>
#include <string>
#include <string_view>

namespace praetor::api {

/// The timings of one route's requests, one series per method. The registry is searched only at the first request of a
/// method.
class route_timings {
public:
  /// @returns null for unknown HTTP methods: clients must not be able to create arbitrary series
  metrics::series* of(const endpoint_metrics& measured, std::string_view path, std::string_view method) const {
    for (std::size_t i = 0; i < methods.size(); ++i) {
      if (methods[i] != method) continue;
      auto* known = series_[i].load(std::memory_order_acquire);
      if (!known) {
        known = measured.requests.with({{"method", std::string(method)}, {"path", label(path)}});
        series_[i].store(known, std::memory_order_release);
      }
      return known;
    }
    return nullptr;
  }

  /// The metric label of a path: "v1_kv_" for "/v1/kv/".
  static std::string label(std::string_view path) {
    if (path.starts_with('/')) path.remove_prefix(1);
    std::string out(path);
    for (auto& c : out)
      if (c == '/') c = '_';
    return out;
  }

private:
  static constexpr std::array<std::string_view, 7> methods{"GET", "PUT", "POST", "DELETE", "HEAD", "OPTIONS", "PATCH"};
  mutable std::array<std::atomic<metrics::series*>, methods.size()> series_{};
};

} // namespace praetor::api
