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

/// An answer to a watch's query, whichever way it came.
struct watch_answer {
  std::int64_t status = 200;
  std::uint64_t index = 0;  ///< X-Consul-Index; 0: none
  std::string content_hash; ///< X-Consul-ContentHash
  std::string_view body;
};

/// What a handler is shown.
struct watch_news {
  std::uint64_t index = 0; ///< 0 for a query that has none
  std::string result;      ///< compact JSON
};

/// Decides from answer to answer of one watch what to ask next and whether there is news.
class watch_follower {
public:
  explicit watch_follower(watch_plan plan) : plan_(std::move(plan)) {}

  const watch_plan& plan() const { return plan_; }
  /// The parameters of the next question, not encoded: it waits for news of the last answer.
  std::vector<std::pair<std::string, std::string>> next_query() const;
  /// Takes the answer in. @returns news, or nothing if what is shown has not changed; an answer that cannot be used is
  /// a failure: tell `failed`
  expected<std::optional<watch_news>> answered(const watch_answer& answer);
  /// The question had no usable answer: the next one waits for nothing. @returns how long to pause before it, longer
  /// with each failure in a row
  std::chrono::seconds failed();

private:
  expected<go_json> shown(const watch_answer& answer) const;
  bool is_known(const watch_answer& answer) const;
  void remember(const watch_answer& answer);

  watch_plan plan_;
  std::optional<std::uint64_t> index_; ///< of the last answer; 0: it was smaller than the one before
  std::optional<std::string> hash_;
  std::optional<std::string> last_; ///< what was shown last, as text
  std::int64_t failures_ = 0;       ///< in a row
};

} // namespace praetor
