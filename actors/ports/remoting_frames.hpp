#pragma once

#include <caf/all.hpp>
#include <caf/io/basp/header.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace praetor {

/// What becomes of a frame that a peer sent.
enum class frame_verdict {
  pass,   ///< it goes on, as it stands now
  drop,   ///< it is left out; stock parts of remoting that are not used here send such frames
  refuse, ///< no peer of ours sends it: the connection ends
};

/// Watches over the frames that one peer sends, before remoting reads them.
///
/// Remoting alone would let any admitted peer message every registered actor with any type, claim to be any node, and
/// pass messages on to others. Here only this goes through: a handshake, requests and messages to the gateway, answers,
/// and notes that an actor is watched or has ended. Wherever a frame names nodes, the names are written afresh: each
/// connection is a node of its own to this process, whatever the other side calls itself. So connections never get in
/// each other's way, and nobody can speak for somebody else.
class frame_filter {
public:
  /// @param dialled this side made the connection
  /// @param alias what this process calls the node at the other end
  /// @param gateway the actor that may be spoken to; 0: none
  frame_filter(caf::actor_system& system, bool dialled, caf::node_id alias, caf::actor_id gateway);

  /// Judges a header before its payload is read.
  frame_verdict judge(const caf::io::basp::header& head);
  /// Judges a frame and, where it names nodes, writes it afresh.
  frame_verdict judge(caf::io::basp::header& head, std::vector<char>& payload);
  /// Why the last frame was refused.
  const std::string& objection() const { return objection_; }

private:
  frame_verdict refuse(std::string why);
  frame_verdict rewrite(caf::io::basp::header& head, std::vector<char>& payload);

  bool dialled_;
  caf::execution_unit* unit_;
  caf::node_id own_, alias_;
  caf::actor_id gateway_;
  bool shaken_ = false;                          ///< a handshake has been seen
  std::vector<char> request_, message_, answer_; ///< how payloads that may pass begin
  std::vector<char> failure_head_, failure_;     ///< how an error begins, and the one that takes its place
  std::string objection_;
};

/// Bytes of any frame but messages.
inline constexpr std::size_t largest_handshake = 16 << 10;

} // namespace praetor
