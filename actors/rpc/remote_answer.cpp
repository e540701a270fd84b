#include "actors/rpc/remote_answer.hpp"

#include <algorithm>
#include <charconv>

namespace praetor {

std::string header_of(const remote_answer& answer, std::string_view name) {
  for (const auto& header : answer.headers)
    if (equal_fold(header.name, name)) return header.value;
  for (std::size_t at = 0; at < answer.lines.size();) {
    auto end = std::min(answer.lines.find("\r\n", at), answer.lines.size());
    auto line = std::string_view(answer.lines).substr(at, end - at);
    auto colon = line.find(": ");
    if (colon != line.npos && equal_fold(line.substr(0, colon), name)) return std::string(line.substr(colon + 2));
    at = end + 2;
  }
  return {};
}

std::uint64_t index_of(const remote_answer& answer) {
  std::uint64_t index = 0;
  auto text = header_of(answer, "X-Consul-Index");
  std::from_chars(text.data(), text.data() + text.size(), index);
  return index;
}

} // namespace praetor
