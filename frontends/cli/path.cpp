#include "frontends/cli/path.hpp"

#include <vector>

namespace praetor::cli {

std::string join_path(std::string_view first, std::string_view second) {
  std::string joined(first);
  if (!joined.empty() && !second.empty()) joined += '/';
  joined += second;
  if (joined.empty()) return joined;
  bool rooted = joined[0] == '/';
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= joined.size();) {
    auto slash = std::min(joined.find('/', at), joined.size());
    auto part = joined.substr(at, slash - at);
    at = slash + 1;
    if (part.empty() || part == ".") continue;
    if (part != "..")
      parts.push_back(part);
    else if (!parts.empty() && parts.back() != "..")
      parts.pop_back();
    else if (!rooted)
      parts.push_back(part);
  }
  std::string result = rooted ? "/" : "";
  for (std::size_t i = 0; i < parts.size(); ++i) result += (i ? "/" : "") + parts[i];
  return result.empty() ? "." : result;
}

} // namespace praetor::cli
