#pragma once

#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace praetor {

/// What others may take of one gossip port's streams. An exchange takes milliseconds; so the limits are met only by who
/// sends slowly or on purpose.
struct gossip_stream_limits {
  std::size_t total = 128;      ///< streams open at a time; each takes a descriptor
  std::size_t reserved = 32;    ///< of them, for addresses of members: strangers can't shut members out
  std::size_t per_address = 32; ///< of one IPv4 address or one IPv6 /64; many agents may share it
  /// Bytes of all frames that are being read, wait to be handled, or are being written.
  std::size_t bytes = 64 * 1024 * 1024;
  /// Bytes of a frame from an address that is no member's. Who joins sends little more than itself; merging pools of
  /// more than about 16,000 members each takes a join in the other direction.
  std::size_t stranger_frame = 4 * 1024 * 1024;
  /// Until the header of the frame is there. It comes with the connection; two lost segments are allowed for.
  std::chrono::nanoseconds first_bytes = std::chrono::seconds(3);
};

/// Counts the streams of one port and their bytes. Any thread.
class gossip_admission : public std::enable_shared_from_this<gossip_admission> {
public:
  explicit gossip_admission(const gossip_stream_limits& limits) : limits_(limits) {}
  const gossip_stream_limits& limits() const { return limits_; }

  /// One stream's share, given back when it goes.
  class place {
  public:
    place(std::shared_ptr<gossip_admission> of, std::string peer, bool member)
        : of_(std::move(of)), peer_(std::move(peer)), member_(member) {}
    ~place();
    place(const place&) = delete;

    bool is_member() const { return member_; }
    /// The longest frame that may come.
    std::size_t frame_limit() const;
    /// Takes so many bytes more. False: all streams together have their limit.
    bool take(std::size_t bytes);

  private:
    std::shared_ptr<gossip_admission> of_;
    std::string peer_;
    bool member_;
    std::size_t bytes_ = 0; ///< guarded by the admission's mutex
  };

  /// @param is_member asked only if it matters: it may take time
  /// @returns null: refused, and `why` says which limit is reached
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
  std::size_t strangers_ = 0;                     ///< guarded by guard_; of them, not of members
  std::size_t bytes_ = 0;                         ///< guarded by guard_
  std::map<std::string, std::size_t> by_address_; ///< guarded by guard_
};

} // namespace praetor
