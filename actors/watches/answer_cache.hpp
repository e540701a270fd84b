#pragma once

#include "actors/deadline_timer.hpp"
#include "actors/ports.hpp"
#include "actors/raft/leadership.hpp"
#include "actors/rpc/rpc_messages.hpp"
#include "protocol/actors.hpp"
#include "protocol/base/backoff.hpp"
#include "protocol/types/error.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace praetor {

/// The outcome of a fetch from a server.
struct fetched_answer {
  remote_answer answer;
  std::optional<error> failure; ///< why no server has answered

  std::uint64_t index() const { return answer.meta.index; }
  bool good() const { return !failure && answer.status == 200; }
  /// A server answered with an error that a retry would not change.
  bool refused() const { return !failure && answer.status >= 400 && answer.status < 500; }
};
using fetched_answer_ptr = std::shared_ptr<const fetched_answer>;

/// A query that other servers answer.
class cached_question {
public:
  virtual ~cached_question() = default;
  /// Equal keys mean equal queries: parameters and the caller's permissions.
  virtual const std::string& key() const = 0;
  /// Whether servers support a blocking form of the query.
  virtual bool waits() const = 0;
  /// Sends the query to a server. Thread-safe; `done` runs at most once, on any thread.
  /// @param index block until there is something newer; 0: answer at once
  /// @returns the function that cancels the fetch
  virtual std::function<void()> fetch(std::uint64_t index, std::function<void(fetched_answer)> done) const = 0;
};
using cached_question_ptr = std::shared_ptr<const cached_question>;

/// The reply to a client.
struct cached_reply {
  fetched_answer_ptr answer;
  bool hit = false;   ///< it was cached
  nanoseconds age{0}; ///< for how long changes may have been missed
};

/// A client's request.
struct cache_request {
  cached_question_ptr question;
  std::uint64_t min_index = 0; ///< wait until there is something newer; 0: do not wait
  steady_time deadline;        ///< after this the current answer is returned
  // Only for queries without a blocking form:
  std::optional<nanoseconds> max_age; ///< an older answer is fetched again
  nanoseconds stale_if_error{0};      ///< if that fails, an answer up to this age is returned
  /// Called once.
  std::function<void(const cached_reply&)> done;
};
using cache_request_ptr = std::shared_ptr<cache_request>;

struct cached_answer_state {
  static constexpr const char* name = "cached_answer";
  cached_answer_state() = default;
  /// Cancels the fetch.
  ~cached_answer_state();

  cached_answer_actor::pointer self = nullptr;
  cached_question_ptr question;
  std::mt19937_64 random;
  fetched_answer_ptr current; ///< the last successful answer
  steady_time fetched{};      ///< when it arrived
  steady_time fetch_began{};
  std::optional<steady_time> lost;                                     ///< since when no server has been reachable
  backoff pauses{std::chrono::seconds(2), std::chrono::minutes(1), 3}; ///< while fetches fail
  std::vector<cache_request_ptr> waiting;
  std::function<void()> cancel; ///< cancels the running fetch; null: none
  std::uint64_t fetches = 0;
  deadline_timer<fetch_again> retry;
  deadline_timer<deadline_reached> expiry;

  void ask(cache_request_ptr r);
  void remove(const cache_request_ptr& r);
  void fetched_one(const fetched_answer_ptr& f);
  void fetch();
  void expire();
  /// Completes all waiters with `why`.
  void dismiss(const fetched_answer_ptr& why);

private:
  bool satisfies(const cache_request& r) const;
  nanoseconds age() const;
  void keep(const fetched_answer_ptr& f);
  void tolerate_failure(const fetched_answer_ptr& failed);
  nanoseconds pause();
  void set_timer();
};

/// @param seed for the jitter of its delays
cached_answer_actor::behavior_type cached_answer(cached_answer_actor::stateful_pointer<cached_answer_state> self,
                                                 cached_question_ptr question, std::uint64_t seed);

struct answer_cache_options {
  ports_ptr outside;
  std::size_t most_answers = 4096;           ///< each occupies a blocking query at a server
  nanoseconds keep = std::chrono::hours(72); ///< how long an unused answer is kept
};

struct answer_cache_state {
  static constexpr const char* name = "answer_cache";
  answer_cache_state() = default;
  /// Stops its answers.
  ~answer_cache_state();

  struct entry {
    cached_answer_actor answer;
    std::uint64_t turn = 0; ///< its position in `by_turn`
    steady_time asked{};
  };
  answer_cache_actor::pointer self = nullptr;
  answer_cache_options options;
  std::map<std::string, entry> answers;
  std::map<std::uint64_t, std::string> by_turn; ///< keys in order of last use
  std::uint64_t turns = 0;

  void ask(const cache_request_ptr& r);
  void drop_unused();

private:
  void drop_oldest();
};

answer_cache_actor::behavior_type answer_cache(answer_cache_actor::stateful_pointer<answer_cache_state> self,
                                               answer_cache_options options);

} // namespace praetor
