#include "frontends/process/pprof_profile.hpp"

#include "protocol/types/error.hpp"

#include <zlib.h>

namespace praetor {

namespace {

void put_number(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

void put_field(std::string& out, unsigned number, std::uint64_t value) {
  put_number(out, number << 3);
  put_number(out, value);
}

void put_field(std::string& out, unsigned number, const std::string& bytes) {
  put_number(out, (number << 3) | 2);
  put_number(out, bytes.size());
  out += bytes;
}

/// The field numbers of profile.proto.
namespace profile_field {
constexpr unsigned sample_type = 1, sample = 2, location = 4, function = 5, string_table = 6, time_nanos = 9,
                   duration_nanos = 10;
}

std::string gzip(const std::string& bytes) {
  z_stream stream{};
  constexpr int gzip_window = 15 + 16;
  PRAETOR_ASSERT(deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  PRAETOR_ASSERT(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

} // namespace

pprof_profile::pprof_profile(const std::vector<unit_of>& values) {
  text(""); // the first text of the table must be empty
  for (const auto& [what, unit] : values) {
    std::string type;
    put_field(type, 1, static_cast<std::uint64_t>(text(what)));
    put_field(type, 2, static_cast<std::uint64_t>(text(unit)));
    put_field(types_, profile_field::sample_type, type);
  }
}

std::int64_t pprof_profile::text(const std::string& value) {
  auto [it, is_new] = texts_.emplace(value, static_cast<std::int64_t>(table_.size()));
  if (is_new) table_.push_back(value);
  return it->second;
}

std::uint64_t pprof_profile::location(const std::string& function) {
  auto [it, is_new] = locations_.emplace(function, locations_.size() + 1);
  auto id = it->second;
  if (!is_new) return id;
  std::string described, line, place;
  put_field(described, 1, id);
  put_field(described, 2, static_cast<std::uint64_t>(text(function)));
  put_field(functions_, profile_field::function, described);
  put_field(line, 1, id);
  put_field(place, 1, id);
  put_field(place, 4, line);
  put_field(functions_, profile_field::location, place);
  return id;
}

void pprof_profile::add(const std::vector<std::string>& stack, const std::vector<std::int64_t>& values) {
  std::string sample;
  for (const auto& function : stack) put_field(sample, 1, location(function));
  for (auto value : values) put_field(sample, 2, static_cast<std::uint64_t>(value));
  put_field(samples_, profile_field::sample, sample);
}

std::string pprof_profile::gzipped(nanoseconds now, nanoseconds duration) const {
  std::string out = types_ + samples_ + functions_;
  for (const auto& one : table_) put_field(out, profile_field::string_table, one);
  put_field(out, profile_field::time_nanos, static_cast<std::uint64_t>(now.count()));
  put_field(out, profile_field::duration_nanos, static_cast<std::uint64_t>(duration.count()));
  return gzip(out);
}

} // namespace praetor
