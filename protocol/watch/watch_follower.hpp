#pragma once

#include "protocol/watch/watch_plan.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace praetor {

/// An answer to a watch's query, from any transport.
struct watch_answer {
  std::int64_t status = 200;
  std::uint64_t index = 0;  ///< X-Consul-Index; 0: none
  std::string content_hash; ///< X-Consul-ContentHash
  std::string_view body;
};

/// The result that a handler receives.
struct watch_event {
  std::uint64_t index = 0; ///< 0 for a query without an index
  std::string result;      ///< compact JSON
};

/// Decides after each answer of a watch what to query next and whether the result changed.
class watch_follower {
public:
  explicit watch_follower(watch_plan plan) : plan_(std::move(plan)) {}

  const watch_plan& plan() const { return plan_; }
  /// The parameters of the next query, not encoded: it blocks until the result differs from the last answer.
  std::vector<std::pair<std::string, std::string>> next_query() const;
  /// Handles an answer. @returns the new result, or nothing if it has not changed; on an error call `failed`
  expected<std::optional<watch_event>> answered(const watch_answer& answer);
  /// The query failed: the next one does not block. @returns the pause before it, longer with each consecutive failure
  std::chrono::seconds failed();

private:
  expected<go_json> shown(const watch_answer& answer) const;
  bool is_known(const watch_answer& answer) const;
  void remember(const watch_answer& answer);

  watch_plan plan_;
  std::optional<std::uint64_t> index_; ///< of the last answer; 0: it was smaller than the previous one
  std::optional<std::string> hash_;
  std::optional<std::string> last_; ///< the last result, as text
  std::int64_t failures_ = 0;       ///< consecutive
};

} // namespace praetor
