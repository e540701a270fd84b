#pragma once

#include "actors/rpc/destination.hpp"
#include "frontends/api/dns/dns_lookup.hpp"
#include "protocol/base/recent_map.hpp"
#include "protocol/types/error.hpp"

#include <functional>
#include <memory>

namespace praetor::dns {

struct remote_reply;

/// What questions are answered from. The functions are called by whoever calls `questions::answer`.
struct question_sources {
  std::function<state::store_ptr()> state;
  std::function<acl::authorizer_ptr()> who; ///< whose eyes see the catalog
  std::function<nanoseconds()> wall_clock;  ///< since 1970
  std::uint64_t seed = 0;
  std::function<std::string()> token; ///< whose permissions servers are asked with; null: nobody's
  /// Where a question goes from here; null: none goes anywhere.
  std::function<next_hop(const destination&)> next_hop_of;
  /// Has a server answer a packed remote_question with a packed remote_reply, on any thread.
  std::function<void(std::string question, std::function<void(expected<std::string>)>)> ask;
};

/// Keeps record sets until something they were made from changes. Bounded; least recently used go first.
class record_cache {
public:
  explicit record_cache(std::size_t max_bytes = 16 << 20) : kept_(max_bytes) {}

  /// The kept set, or null if there is none that still holds.
  const answer_set* find(std::string_view key);
  /// @param holds fires when the set no longer does
  const answer_set* insert(std::string_view key, answer_set set, std::shared_ptr<state::trigger> holds);
  void clear() { kept_.clear(); }
  std::size_t size() const { return kept_.size(); }

private:
  struct entry {
    answer_set set;
    std::shared_ptr<state::trigger> holds;
  };

  recent_map<entry> kept_;
};

/// What has to be done with a packet.
struct outcome {
  enum class action {
    drop,    ///< nothing is sent
    reply,   ///< `message` is the answer
    forward, ///< recursors are asked the client's question
    resolve, ///< recursors are asked for the addresses of `hosts`; then `answer` is called again with what they said
    ask,     ///< a server is asked `question`; then `answer` is called again with what it said
  };
  action what = action::drop;
  std::string_view message; ///< valid until the next call
  std::vector<std::string> hosts;
  std::string question;
};

/// Answers questions, as bytes. No sockets, no time of its own; used by one thread at a time.
class questions {
public:
  questions(question_sources sources, const config::runtime_config& c);

  /// Takes over another configuration.
  void configure(const config::runtime_config& c);

  /// @param resolved what recursors said about host names, if they have been asked
  /// @param told what a server said, if one has been asked
  outcome answer(std::string_view packet, transport how, const resolved_names* resolved = nullptr,
                 const remote_reply* told = nullptr);
  /// The answer to a question that no recursor could be asked: SERVFAIL.
  std::string_view failure(std::string_view packet, transport how);

  std::size_t kept() const { return cache_.size(); }

private:
  next_hop hop_of(const destination& to) const;
  /// The kept set that answers `query_`, or null; leaves its key in `key_`.
  const answer_set* kept_set(const acl::authorizer& who);
  /// The set that answers `query_`; null: a server has to be asked.
  const answer_set* find(const resolved_names* resolved, std::vector<std::string>& unresolved);
  std::uint32_t serial() const;

  question_sources sources_;
  lookup_settings settings_;
  answer_rules rules_;
  record_cache cache_;
  std::string seen_by_; // id of the authorizer whose sets are kept
  answer_writer writer_;
  query query_;
  std::string key_;
  answer_set scratch_; // a set that is not kept
};

/// The query for the addresses of a host, as it is sent to recursors.
std::string address_query(std::uint16_t id, std::string_view host);
/// The records of a recursor's answer section, as far as they lead to addresses.
std::vector<record> addresses_in(std::string_view message);
/// The return code of a message; nothing if it is too short for one.
std::optional<rcode> rcode_of(std::string_view message);

} // namespace praetor::dns
