#pragma once

#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace praetor {

/// Limits on other members' use of one gossip port's streams. An exchange takes milliseconds, so only slow or hostile
/// peers reach the limits.
struct gossip_stream_limits {
  std::size_t total = 128;      ///< concurrent streams; each takes a descriptor
  std::size_t reserved = 32;    ///< of these, reserved for members' addresses: strangers can't lock members out
  std::size_t per_address = 32; ///< for one IPv4 address or one IPv6 /64, which many agents may share
  /// Total bytes of frames that are being read, handled or written.
  std::size_t bytes = 64 * 1024 * 1024;
  /// The maximal frame size from addresses of non-members. A joining member sends little more than itself; two pools of
  /// more than about 16,000 members each can only merge by a join in the other direction.
  std::size_t stranger_frame = 4 * 1024 * 1024;
  /// Timeout for the frame's header. It arrives with the connection; allows for two lost segments.
  std::chrono::nanoseconds first_bytes = std::chrono::seconds(3);
};

/// Counts the streams of one port and their bytes. Thread-safe.
class gossip_admission : public std::enable_shared_from_this<gossip_admission> {
public:
  explicit gossip_admission(const gossip_stream_limits& limits) : limits_(limits) {}
  const gossip_stream_limits& limits() const { return limits_; }

  /// One stream's share, returned by the destructor.
  class place {
  public:
    place(std::shared_ptr<gossip_admission> of, std::string peer, bool member)
        : of_(std::move(of)), peer_(std::move(peer)), member_(member) {}
    ~place();
    place(const place&) = delete;

    bool is_member() const { return member_; }
    /// The maximal size of its frame.
    std::size_t frame_limit() const;
    /// Counts more bytes. Returns false if the total limit is reached.
    bool take(std::size_t bytes);

  private:
    std::shared_ptr<gossip_admission> of_;
    std::string peer_;
    bool member_;
    std::size_t bytes_ = 0; ///< guarded by the admission's mutex
  };

  /// @param is_member called only when needed, because it may be slow
  /// @returns null if rejected; `why` names the limit
  template <class IsMember>
  std::shared_ptr<place> admit(const boost::asio::ip::address& ip, IsMember&& is_member, std::string& why) {
    auto key = key_of(ip);
    if (!room_for(key, why)) return nullptr;
    bool member = is_member();
    return enter(std::move(key), member, why);
  }

private:
  static std::string key_of(const boost::asio::ip::address& ip);
  bool room_for(const std::string& key, std::string& why);
  std::shared_ptr<place> enter(std::string key, bool member, std::string& why);

  const gossip_stream_limits limits_;
  std::mutex guard_;
  std::size_t open_ = 0;                          ///< guarded by guard_
  std::size_t strangers_ = 0;                     ///< guarded by guard_; those from non-members
  std::size_t bytes_ = 0;                         ///< guarded by guard_
  std::map<std::string, std::size_t> by_address_; ///< guarded by guard_
};

} // namespace praetor
