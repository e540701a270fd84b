#pragma once

#include "frontends/api/dns/dns_message.hpp"

#include <random>

namespace praetor::dns {

enum class transport { udp, tcp };

/// What a question is answered with, before anything that differs from one answer to the next is done. Immutable.
struct answer_set {
  /// What one instance contributes. It stays together when instances are shuffled.
  struct group {
    std::vector<record> answers;
    std::vector<record> extra;
    bool address = true; ///< false: an alias with what it leads to; used only if no group is an address

    template <class F, class Self>
    static void fields(F&& f, Self& x) {
      f(field{"Answers"}, x.answers);
      f(field{"Extra"}, x.extra);
      f(field{"Address"}, x.address);
    }
  };
  enum class place { answers, authority };

  rcode code = rcode::no_error;
  bool authoritative = true;
  std::vector<group> groups;
  place groups_go = place::answers;
  std::size_t most_groups = 0; ///< 0 = no limit
  std::size_t most_answers = 0;
  std::vector<record> answers, authority; ///< in front of the groups
  bool forward = false;                   ///< recursors are to be asked instead, if there are any

  std::size_t bytes() const;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Code"}, x.code);
    f(field{"Authoritative"}, x.authoritative);
    f(field{"Groups"}, x.groups);
    f(field{"GroupsGo"}, x.groups_go);
    f(field{"MostGroups"}, x.most_groups);
    f(field{"MostAnswers"}, x.most_answers);
    f(field{"Answers"}, x.answers);
    f(field{"Authority"}, x.authority);
    f(field{"Forward"}, x.forward);
  }
};

/// How the agent wants its answers.
struct answer_rules {
  bool compress = true;
  bool enable_truncate = false;
  bool recursion_available = false;
  std::int64_t udp_answer_limit = 3;
};

/// Makes messages of sets. Not for use by several threads at once.
class answer_writer {
public:
  explicit answer_writer(std::uint64_t seed) : random_(seed) {}

  /// @param serial of SOA records
  /// @returns the message; valid until the next call
  std::string_view write(const query& q, const answer_set& set, transport how, const answer_rules& rules,
                         std::uint32_t serial);
  /// For what could not be understood: a header with as much of the question as was.
  std::string_view refuse_packet(const query& q, rcode code, bool keep_opcode);

private:
  using record_list = std::vector<const record*>;
  void choose(const answer_set& set);
  void take(const answer_set& set, const answer_set::group& g);
  /// @returns whether something was cut
  bool cut_udp(std::size_t limit, std::size_t most_answers);
  bool cut_tcp();
  void shrink(std::size_t limit, std::size_t reserve);
  std::size_t fitting_answers(std::size_t limit);
  void follow_targets();
  std::size_t measure();
  std::size_t uncompressed_size() const;
  bool exceeds(std::size_t limit);
  void compose(bool truncated);
  void compose_edns();

  std::mt19937_64 random_;
  message_writer out_;
  // About the message being written:
  const query* query_ = nullptr;
  rcode code_ = rcode::no_error;
  std::uint16_t flags_ = 0;
  std::uint32_t serial_ = 0;
  bool edns_ = false;
  bool compress_ = true;
  record_list answers_, authority_, extra_;
  record_list all_extra_; // before it was cut
  std::vector<std::uint32_t> order_;
};

} // namespace praetor::dns
