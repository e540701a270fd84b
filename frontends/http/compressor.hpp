#pragma once

#include "frontends/api/exchange.hpp"

#include <array>
#include <memory>
#include <string>
#include <string_view>

namespace praetor::http {

/// Shorter bodies are not compressed.
constexpr std::size_t min_gzip_bytes = 1400;

/// gzip for the pieces of one streamed body: each piece can be decompressed as soon as it has arrived.
class gzip_stream {
public:
  gzip_stream();
  ~gzip_stream();
  gzip_stream(gzip_stream&&) noexcept;

  void append(std::string& out, std::string_view piece);
  void finish(std::string& out);

private:
  struct implementation;
  std::unique_ptr<implementation> impl_;
};

/// gzip for whole bodies; not thread-safe. Caches the last few bodies that are shared: an answer to a thousand waiting
/// clients is compressed once.
class gzip_cache {
public:
  gzip_cache();
  ~gzip_cache();

  api::shared_bytes compress(const api::shared_bytes& body);

private:
  struct entry {
    std::weak_ptr<const std::string> plain;
    api::shared_bytes packed;
  };
  struct implementation;
  std::unique_ptr<implementation> impl_;
  std::array<entry, 8> recent_;
  std::size_t next_ = 0;
};

} // namespace praetor::http
