#include "actors/ports/gossip_admission.hpp"

#include "protocol/swim/sealing.hpp"

#include <algorithm>

namespace praetor {

gossip_admission::place::~place() {
  std::lock_guard lock(of_->guard_);
  --of_->open_;
  if (!member_) --of_->strangers_;
  of_->bytes_ -= bytes_;
  auto it = of_->by_address_.find(peer_);
  if (--it->second == 0) of_->by_address_.erase(it);
}

std::size_t gossip_admission::place::frame_limit() const {
  return member_ ? swim::frame_limit : std::min(swim::frame_limit, of_->limits_.stranger_frame);
}

bool gossip_admission::place::take(std::size_t bytes) {
  std::lock_guard lock(of_->guard_);
  if (bytes > of_->limits_.bytes - std::min(of_->bytes_, of_->limits_.bytes)) return false;
  of_->bytes_ += bytes;
  bytes_ += bytes;
  return true;
}

/// A host usually controls all of its IPv6 /64.
std::string gossip_admission::key_of(const boost::asio::ip::address& ip) {
  if (ip.is_v4()) return ip.to_string();
  auto bytes = ip.to_v6().to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
  return boost::asio::ip::address_v6(bytes).to_string() + "/64";
}

bool gossip_admission::room_for(const std::string& key, std::string& why) {
  std::lock_guard lock(guard_);
  if (open_ >= limits_.total) {
    why = "too many gossip streams are open: " + std::to_string(open_);
    return false;
  }
  auto it = by_address_.find(key);
  if (it == by_address_.end() || it->second < limits_.per_address) return true;
  why = "too many gossip streams of this address are open: " + std::to_string(it->second);
  return false;
}

std::shared_ptr<gossip_admission::place> gossip_admission::enter(std::string key, bool member, std::string& why) {
  std::lock_guard lock(guard_);
  auto for_strangers = limits_.total - std::min(limits_.reserved, limits_.total);
  if (open_ >= limits_.total || (!member && strangers_ >= for_strangers)) {
    why = "too many gossip streams of addresses that are no member's are open: " + std::to_string(strangers_);
    return nullptr;
  }
  ++open_;
  if (!member) ++strangers_;
  ++by_address_[key];
  return std::make_shared<place>(shared_from_this(), std::move(key), member);
}

} // namespace praetor
