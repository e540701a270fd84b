#include "storage/snapshot/gunzip.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <zlib.h>

namespace praetor::storage {

byte_source source_of(std::string_view bytes) {
  return [bytes](char* buffer, std::size_t max) mutable -> expected<std::size_t> {
    auto count = std::min(max, bytes.size());
    std::memcpy(buffer, bytes.data(), count);
    bytes.remove_prefix(count);
    return count;
  };
}

struct gunzip::state {
  static constexpr std::size_t piece = 64 << 10;
  static constexpr std::size_t header = 10; ///< the fixed part of a member's header

  byte_source from;
  z_stream stream{};
  std::string in = std::string(piece, '\0');
  std::string out = std::string(piece, '\0');
  bool inside = false;  ///< inside a member
  bool started = false; ///< at least one member was seen
  bool ended = false;
  std::optional<error> failed;
  std::uint64_t produced = 0;
  std::uint64_t taken = 0; ///< compressed bytes consumed
  std::uint64_t most_bytes = 256 << 20, most_times = 128;

  bool expands_too_much(std::uint64_t more) const {
    auto all = produced + more;
    return all > most_bytes && all / most_times > taken - stream.avail_in;
  }

  /// Fills the input to at least `wanted` bytes, if available.
  expected<void> fill(std::size_t wanted) {
    if (stream.avail_in >= wanted) return {};
    std::memmove(in.data(), stream.next_in, stream.avail_in);
    stream.next_in = reinterpret_cast<Bytef*>(in.data());
    while (stream.avail_in < wanted) {
      auto got = from(in.data() + stream.avail_in, in.size() - stream.avail_in);
      if (!got) return tl::unexpected(got.error());
      if (*got == 0) break;
      stream.avail_in += static_cast<uInt>(*got);
      taken += *got;
    }
    return {};
  }

  expected<void> next_member() {
    if (auto done = fill(header); !done) return done;
    if (stream.avail_in == 0 && started) {
      ended = true;
      return {};
    }
    if (stream.avail_in == 0) return fail("EOF");
    if (stream.avail_in < header) return fail("unexpected EOF");
    if (stream.next_in[0] != 0x1f || stream.next_in[1] != 0x8b || stream.next_in[2] != 8)
      return fail("gzip: invalid header");
    inflateReset(&stream);
    inside = started = true;
    return {};
  }

  error text_of(int code) const {
    std::string_view message = stream.msg ? stream.msg : "";
    if (message == "incorrect data check" || message == "incorrect length check") return {"gzip: invalid checksum"};
    if (message.find("header") != std::string_view::npos && stream.total_out == 0) return {"gzip: invalid header"};
    if (code == Z_MEM_ERROR) return {"out of memory"};
    return {"flate: corrupt input before offset " + std::to_string(stream.total_in)};
  }
};

gunzip::gunzip(byte_source from) : state_(std::make_unique<state>()) {
  state_->from = std::move(from);
  state_->stream.next_in = reinterpret_cast<Bytef*>(state_->in.data());
  constexpr int gzip_only = 16 + MAX_WBITS;
  PRAETOR_ASSERT(inflateInit2(&state_->stream, gzip_only) == Z_OK);
}

gunzip::~gunzip() { inflateEnd(&state_->stream); }

expected<void> gunzip::begin() {
  auto& s = *state_;
  if (s.started) return {};
  return s.next_member();
}

void gunzip::limit_expansion(std::uint64_t bytes, std::uint64_t times) {
  state_->most_bytes = bytes;
  state_->most_times = times;
}

std::uint64_t gunzip::produced() const { return state_->produced; }

expected<std::string_view> gunzip::next() {
  auto& s = *state_;
  s.stream.next_out = reinterpret_cast<Bytef*>(s.out.data());
  s.stream.avail_out = static_cast<uInt>(s.out.size());
  auto stop = [&](error reason) {
    if (!s.failed) s.failed = std::move(reason);
  };
  while (!s.failed && !s.ended && s.stream.avail_out > 0) {
    if (!s.inside) {
      if (auto begun = s.next_member(); !begun) stop(begun.error());
      continue;
    }
    if (auto filled = s.fill(1); !filled) {
      stop(filled.error());
      continue;
    }
    auto code = inflate(&s.stream, Z_NO_FLUSH);
    if (code == Z_STREAM_END)
      s.inside = false;
    else if (code == Z_BUF_ERROR && s.stream.avail_in == 0 && s.stream.avail_out > 0)
      stop({"unexpected EOF"});
    else if (code != Z_OK && code != Z_BUF_ERROR)
      stop(s.text_of(code));
  }
  // Returns output that precedes an error first.
  std::size_t count = s.out.size() - s.stream.avail_out;
  if (!s.failed && s.expands_too_much(count)) {
    stop({"the archive expands to more than " + std::to_string(s.most_times) + " times its size"});
    count = 0;
  }
  if (count == 0 && s.failed) return tl::unexpected(*s.failed);
  s.produced += count;
  return std::string_view(s.out).substr(0, count);
}

} // namespace praetor::storage
