#include "protocol/codec/docker_stream.hpp"

#include <algorithm>

namespace praetor {

std::string docker_stream::take(std::string_view bytes) {
  constexpr std::size_t header_size = 8;
  std::string out;
  while (!bytes.empty() && !damaged_) {
    if (left_ > 0) {
      auto size = std::min<std::size_t>(left_, bytes.size());
      out += bytes.substr(0, size);
      bytes.remove_prefix(size);
      left_ -= static_cast<std::uint32_t>(size);
      continue;
    }
    auto size = std::min(header_size - header_.size(), bytes.size());
    header_ += bytes.substr(0, size);
    bytes.remove_prefix(size);
    if (header_.size() < header_size) break;
    std::string_view head = header_;
    damaged_ = head[0] < 0 || head[0] > 3 || head.substr(1, 3) != std::string_view("\0\0\0", 3);
    if (damaged_) out += "\n(the rest of the output is no multiplexed stream)";
    for (auto byte : head.substr(4)) left_ = left_ << 8 | static_cast<unsigned char>(byte);
    header_.clear();
  }
  return out;
}

} // namespace praetor
