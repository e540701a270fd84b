#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "protocol/base/url.hpp"

/// Parses arbitrary bytes as a URL. A parsed URL fits into a request line, and survives a round trip; escaping is
/// reversible.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace praetor;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  if (percent_decoded(percent_encoded(text, is_unreserved)) != text) std::abort();
  auto url = parse_url(text);
  if (!url) return 0;
  auto fits = [](char c) { return c > 0x20 && c < 0x7f; };
  if (!url->target.starts_with('/') || !std::ranges::all_of(url->target, fits)) std::abort();
  if (url->port.empty() && !url->host.empty()) std::abort();
  // A target that begins with two slashes would name another host.
  if (url->scheme.empty() || url->host.empty() || url->target.starts_with("//")) return 0;
  auto again = parse_url(resolve_reference(*url, url->target));
  if (!again || again->host != url->host || again->port != url->port || again->target != url->target) std::abort();
  return 0;
}
