#pragma once

#include "protocol/types/error.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace praetor::storage {

/// Reads up to `max` bytes into `buffer`; returns the number, 0 at the end.
using byte_source = std::function<expected<std::size_t>(char* buffer, std::size_t max)>;
/// Consumes all bytes.
using byte_sink = std::function<expected<void>(std::string_view bytes)>;

/// A source over bytes that must outlive it.
byte_source source_of(std::string_view bytes);

/// Decompresses a gzip stream (RFC 1952) of one or more members. The error texts are those that Consul's clients see:
/// `EOF` (nothing at all), `unexpected EOF`, `gzip: invalid header`, `gzip: invalid checksum`, `flate: corrupt input
/// ...`.
class gunzip {
public:
  explicit gunzip(byte_source from);
  ~gunzip();
  gunzip(const gunzip&) = delete;
  gunzip& operator=(const gunzip&) = delete;

  /// Reads the first header.
  expected<void> begin();
  /// The next bytes, valid until the next call; empty at the end.
  expected<std::string_view> next();
  /// The number of bytes produced so far.
  std::uint64_t produced() const;
  /// Fails once the output exceeds `bytes` as well as `times` the input. Defaults: 256 MiB and 128 times. No real state
  /// compresses that well, but a crafted archive of a few megabytes could fill any memory.
  void limit_expansion(std::uint64_t bytes, std::uint64_t times);

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace praetor::storage
