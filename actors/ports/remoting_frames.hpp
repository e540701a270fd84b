#pragma once

#include "protocol/actors.hpp"

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
/// pass messages on to others. A connection carries requests and messages in one direction only: from the side that
/// dialled to the gateway of the side that accepted, and answers back.
///   - What an accepted peer sends passes only to the gateway, in the name of one actor, and with the identity of the
///     connection stamped onto it. An answer from there is refused: nothing was asked.
///   - What a dialled server sends passes only as an answer to the one actor that asks over the connection.
/// Beside that a handshake passes, and notes that an actor is watched or has ended. Wherever a frame names nodes, the
/// names are written afresh: each connection is a node of its own to this process, whatever the other side calls
/// itself. So connections never get in each other's way, and nobody can speak for somebody else.
class frame_filter {
public:
  struct setup {
    bool dialled = false;     ///< this side made the connection
    caf::node_id alias;       ///< what this process calls the node at the other end
    caf::actor_id target = 0; ///< the actor that may be spoken to: the gateway, or the one that takes the answers
    peer_identity who;        ///< stamped onto requests and messages
  };
  frame_filter(caf::actor_system& system, setup s);

  /// Judges a header before its payload is read.
  frame_verdict judge(const caf::io::basp::header& head);
  /// Judges a frame and writes it afresh: with a stamp, or with other names of nodes.
  frame_verdict judge(caf::io::basp::header& head, std::vector<char>& payload);
  /// Why the last frame was refused, or dropped for a reason that is worth a line in the log; empty if it was not.
  const std::string& objection() const { return objection_; }
  /// Bytes of the envelope in the request or message that passed last.
  std::size_t envelope_size() const { return envelope_size_; }

private:
  frame_verdict refuse(std::string why);
  frame_verdict drop(std::string why);
  frame_verdict judge_accepted(const caf::io::basp::header& head);
  frame_verdict judge_dialled(const caf::io::basp::header& head);
  frame_verdict stamp(bool request, caf::io::basp::header& head, std::vector<char>& payload);
  frame_verdict rewrite(caf::io::basp::header& head, std::vector<char>& payload);

  /// How the payload of a kind of message begins on the wire, and how it begins with a stamp.
  struct beginning {
    std::vector<char> plain, stamped;
  };

  bool dialled_;
  caf::execution_unit* unit_;
  caf::node_id own_, alias_;
  caf::actor_id target_;
  caf::actor_id source_ = 0; ///< the peer's one actor that speaks; 0: not known yet
  bool shaken_ = false;      ///< a handshake has been seen
  bool watched_ = false;     ///< the peer watches the target
  beginning request_, message_;
  std::vector<char> answer_;                 ///< how an answer begins
  std::vector<char> stamp_;                  ///< the identity, as it is put behind an envelope
  std::vector<char> failure_head_, failure_; ///< how an error begins, and the one that takes its place
  std::size_t envelope_size_ = 0;
  std::string objection_;
};

/// Bytes of any frame but messages.
inline constexpr std::size_t largest_handshake = 16 << 10;

} // namespace praetor
