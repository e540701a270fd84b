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

/// What came of asking a server.
struct fetched_answer {
  remote_answer answer;
  std::optional<error> failure; ///< why no server has answered

  std::uint64_t index() const { return answer.meta.index; }
  bool good() const { return !failure && answer.status == 200; }
  /// A server has answered, and would not answer otherwise if it were asked again.
  bool refused() const { return !failure && answer.status >= 400 && answer.status < 500; }
};
using fetched_answer_ptr = std::shared_ptr<const fetched_answer>;

/// A question that other servers answer.
class cached_question {
public:
  virtual ~cached_question() = default;
  /// Same key, same question: parameters and the caller's permissions.
  virtual const std::string& key() const = 0;
  /// Whether a server can be asked to answer when there is news.
  virtual bool waits() const = 0;
  /// Asks a server. Any thread; `done` runs at most once, on any thread.
  /// @param index answer when there is something newer; 0: at once
  /// @returns what is to be called when the answer is no longer wanted
  virtual std::function<void()> fetch(std::uint64_t index, std::function<void(fetched_answer)> done) const = 0;
};
using cached_question_ptr = std::shared_ptr<const cached_question>;

/// What a client is told.
struct cached_reply {
  fetched_answer_ptr answer;
  bool hit = false;   ///< it was at hand
  nanoseconds age{0}; ///< for how long there may have been news that are not known here
};

/// A client that asks.
struct cache_request {
  cached_question_ptr question;
  std::uint64_t min_index = 0; ///< wait until there is something newer; 0: don't
  steady_time deadline;        ///< then the answer is given as it is
  // Only for questions whose news can't be waited for:
  std::optional<nanoseconds> max_age; ///< an older answer is asked for again
  nanoseconds stale_if_error{0};      ///< if that fails, one up to this old will do
  /// Called once.
  std::function<void(const cached_reply&)> done;
};
using cache_request_ptr = std::shared_ptr<cache_request>;

struct cached_answer_state {
  static constexpr const char* name = "cached_answer";
  cached_answer_state() = default;
  /// The server need not answer any more.
  ~cached_answer_state();

  cached_answer_actor::pointer self = nullptr;
  cached_question_ptr question;
  std::mt19937_64 random;
  fetched_answer_ptr current; ///< the last good answer
  steady_time fetched{};      ///< when it came
  steady_time fetch_began{};
  std::optional<steady_time> lost;                                     ///< since when no server can be asked
  backoff pauses{std::chrono::seconds(2), std::chrono::minutes(1), 3}; ///< while no answer comes
  std::vector<cache_request_ptr> waiting;
  std::function<void()> cancel; ///< of the fetch under way; null: there is none
  std::uint64_t fetches = 0;
  deadline_timer<fetch_again> retry;
  deadline_timer<deadline_reached> expiry;

  void ask(cache_request_ptr r);
  void remove(const cache_request_ptr& r);
  void fetched_one(const fetched_answer_ptr& f);
  void fetch();
  void expire();
  /// Answers everybody who waits with `why`.
  void dismiss(const fetched_answer_ptr& why);

private:
  bool satisfies(const cache_request& r) const;
  nanoseconds age() const;
  void keep(const fetched_answer_ptr& f);
  void bear(const fetched_answer_ptr& failed);
  nanoseconds pause();
  void set_timer();
};

/// @param seed for its pauses
cached_answer_actor::behavior_type cached_answer(cached_answer_actor::stateful_pointer<cached_answer_state> self,
                                                 cached_question_ptr question, std::uint64_t seed);

struct answer_cache_options {
  ports_ptr outside;
  std::size_t most_answers = 4096;           ///< each costs a server a waiting query
  nanoseconds keep = std::chrono::hours(72); ///< an answer that nobody asks for
};

struct answer_cache_state {
  static constexpr const char* name = "answer_cache";
  answer_cache_state() = default;
  /// Its answers end with it.
  ~answer_cache_state();

  struct entry {
    cached_answer_actor answer;
    std::uint64_t turn = 0; ///< in `by_turn`
    steady_time asked{};
  };
  answer_cache_actor::pointer self = nullptr;
  answer_cache_options options;
  std::map<std::string, entry> answers;
  std::map<std::uint64_t, std::string> by_turn; ///< keys, those asked last at the end
  std::uint64_t turns = 0;

  void ask(const cache_request_ptr& r);
  void drop_unused();

private:
  void drop_oldest();
};

answer_cache_actor::behavior_type answer_cache(answer_cache_actor::stateful_pointer<answer_cache_state> self,
                                               answer_cache_options options);

} // namespace praetor
