#pragma once

#include "protocol/actors.hpp"

#include <caf/all.hpp>
#include <caf/io/basp/header.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace praetor {

/// The verdict on a received frame.
enum class frame_verdict {
  pass,   ///< forward it in its present form
  drop,   ///< discard it; unused stock parts of CAF send such frames
  refuse, ///< no Praetor peer sends it: close the connection
};

/// Filters and rewrites the frames of one peer before CAF reads them.
///
/// CAF alone would let any admitted peer send messages of any type to every registered actor, claim to be any node, and
/// relay messages to others. A connection carries requests and messages in one direction only: from the dialler to the
/// acceptor's gateway, and answers back.
///   - Frames of an accepted peer pass only to the gateway, from one actor, and with the identity of the connection
///     stamped onto them. An answer is rejected, because nothing was requested.
///   - Frames of a dialled server pass only as answers to the one actor that sends over the connection. Handshakes and
///     monitor notifications also pass. The filter rewrites all node ids in frames: each connection is a separate node
///     to this process, whatever the peer claims. So connections can't interfere with each other, and no peer can
///     impersonate another.
class frame_filter {
public:
  struct setup {
    bool dialled = false;     ///< this side dialled
    caf::node_id alias;       ///< this process's name for the remote node
    caf::actor_id target = 0; ///< the reachable actor: the gateway, or the receiver of the answers
    peer_identity who;        ///< stamped onto requests and messages
  };
  frame_filter(caf::actor_system& system, setup s);

  /// Checks a header before its payload is read.
  frame_verdict judge(const caf::io::basp::header& head);
  /// Checks a frame and rewrites it: adds the stamp, or replaces node ids.
  frame_verdict judge(caf::io::basp::header& head, std::vector<char>& payload);
  /// Why the last frame was rejected, or dropped for a reason worth logging; otherwise empty.
  const std::string& objection() const { return objection_; }
  /// The envelope size of the last request or message that passed.
  std::size_t envelope_size() const { return envelope_size_; }

private:
  frame_verdict refuse(std::string why);
  frame_verdict drop(std::string why);
  frame_verdict judge_accepted(const caf::io::basp::header& head);
  frame_verdict judge_dialled(const caf::io::basp::header& head);
  frame_verdict stamp(bool request, caf::io::basp::header& head, std::vector<char>& payload);
  frame_verdict rewrite(caf::io::basp::header& head, std::vector<char>& payload);

  /// The encoded prefix of a message kind, without and with a stamp.
  struct beginning {
    std::vector<char> plain, stamped;
  };

  bool dialled_;
  caf::execution_unit* unit_;
  caf::node_id own_, alias_;
  caf::actor_id target_;
  caf::actor_id source_ = 0; ///< the peer's only sending actor; 0: not known yet
  bool shaken_ = false;      ///< a handshake was received
  bool watched_ = false;     ///< the peer monitors the target
  beginning request_, message_;
  std::vector<char> answer_;                 ///< the prefix of an answer
  std::vector<char> stamp_;                  ///< the encoded identity, appended to an envelope
  std::vector<char> failure_head_, failure_; ///< the prefix of an error, and the error that replaces it
  std::size_t envelope_size_ = 0;
  std::string objection_;
};

/// The maximal size of frames other than messages.
inline constexpr std::size_t largest_handshake = 16 << 10;

} // namespace praetor
