#include "protocol/watch/watch_follower.hpp"

#include "protocol/base/trim.hpp"
#include "protocol/types/event_index.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

namespace praetor {

namespace {

using std::chrono::seconds;

constexpr seconds first_retry{5}, longest_retry{180};

/// Go encodes maps with sorted keys.
go_json sorted(const go_json& object) {
  std::map<std::string, go_json> members;
  for (const auto& [name, value] : object.items()) members[name] = value;
  auto result = go_json::object();
  for (auto& [name, value] : members) result[name] = std::move(value);
  return result;
}

/// The events after the one that the index identifies.
go_json events_after(const go_json& events, std::uint64_t index) {
  auto seen = std::find_if(events.begin(), events.end(),
                           [&](const go_json& each) { return event_index(text_of(each, "ID")) == index; });
  if (seen == events.end()) return events;
  auto result = go_json::array();
  for (++seen; seen != events.end(); ++seen) result.push_back(*seen);
  return result;
}

} // namespace

std::vector<std::pair<std::string, std::string>> watch_follower::next_query() const {
  auto query = plan_.query;
  if (plan_.waits_by_hash && hash_) query.emplace_back("hash", *hash_);
  if (!plan_.waits_by_hash && index_.value_or(0) > 0) query.emplace_back("index", std::to_string(*index_));
  return query;
}

expected<go_json> watch_follower::shown(const watch_answer& answer) const {
  if (answer.status == 404 && plan_.missing_is_null) return go_json(nullptr);
  if (answer.status != 200)
    return fail(error_code::unexpected_status,
                "Unexpected response code: " + std::to_string(answer.status) + " (" +
                    std::string(trimmed(answer.body)) + ")",
                static_cast<int>(answer.status));
  auto body = parse_json(answer.body);
  if (!body) return body;
  if (body->is_object()) return plan_.shape ? reshape(*body, *plan_.shape) : sorted(*body);
  if (!body->is_array() || !plan_.shape) return body;
  if (plan_.new_events_only && index_) *body = events_after(*body, *index_);
  auto list = go_json::array();
  for (const auto& item : *body) list.push_back(reshape(item, *plan_.shape));
  if (!plan_.first_of_list) return list;
  return list.empty() ? go_json(nullptr) : list.front();
}

bool watch_follower::is_known(const watch_answer& answer) const {
  if (plan_.waits_by_hash) return hash_ == answer.content_hash;
  return index_ && *index_ == std::max<std::uint64_t>(answer.index, 1);
}

void watch_follower::remember(const watch_answer& answer) {
  hash_ = answer.content_hash;
  auto index = std::max<std::uint64_t>(answer.index, 1); // an index of 0 would not block
  // A smaller index belongs to another history, unless indexes are unordered.
  bool fell = index_ && index < *index_ && !plan_.new_events_only;
  index_ = fell ? 0 : index;
}

expected<std::optional<watch_event>> watch_follower::answered(const watch_answer& answer) {
  auto result = shown(answer);
  if (!result) return tl::make_unexpected(result.error());
  failures_ = 0;
  if (is_known(answer)) return std::nullopt;
  bool first = !index_;
  remember(answer);
  auto text = dump_json(*result);
  if (!first && last_ == text) return std::nullopt;
  last_ = text;
  return watch_event{plan_.waits_by_hash ? 0 : answer.index, std::move(text)};
}

seconds watch_follower::failed() {
  // Capped before squaring, so that it can't overflow.
  failures_ = std::min<std::int64_t>(failures_ + 1, longest_retry / first_retry);
  index_.reset();
  hash_.reset();
  return std::min(first_retry * failures_ * failures_, longest_retry);
}

} // namespace praetor
