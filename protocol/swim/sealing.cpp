#include "protocol/swim/sealing.hpp"

#include "protocol/base/big_endian.hpp"
#include "protocol/mutation.hpp"
#include "protocol/swim/limits.hpp"
#include "protocol/swim/wire.hpp"

#include <algorithm>

namespace praetor::swim {

namespace {

constexpr char version = 1;
constexpr std::string_view sealed_packet_header{"PE\x01", 3};
constexpr const char* no_key = "it is encrypted, but this agent has no gossip key";
constexpr const char* not_sealed = "it is not encrypted, but this agent's gossip is (`encrypt_verify_incoming`)";

std::string_view text_of(const nonce_bytes& nonce) {
  return {reinterpret_cast<const char*>(nonce.data()), nonce.size()};
}

nonce_bytes nonce_of(std::string_view bytes) {
  nonce_bytes nonce{};
  std::copy_n(bytes.begin(), nonce.size(), nonce.begin());
  return nonce;
}

bool starts_as(std::string_view bytes, std::string_view magic) { return bytes.substr(0, 2) == magic; }

} // namespace

std::string wrap_packet(const keyring& keys, const sealing_policy& policy, std::string plain,
                        const nonce_bytes& nonce) {
  if (keys.empty() || !policy.verify_outgoing) return plain;
  std::string result(sealed_packet_header);
  result += text_of(nonce);
  return result += seal(keys.keys().front(), nonce, plain, sealed_packet_header);
}

expected<std::string> unwrap_packet(const keyring& keys, const sealing_policy& policy, std::string_view bytes) {
  if (bytes.size() > packet_limit + sealed_packet_overhead)
    return fail("it has more than the " + std::to_string(packet_limit) + " bytes that a packet may have");
  if (!starts_as(bytes, "PE")) {
    if (!starts_as(bytes, "PG")) return fail(describe_foreign(bytes));
    if (!keys.empty() && policy.verify_incoming && !mutated(mutation::plain_gossip_taken)) return fail(not_sealed);
    return std::string(bytes);
  }
  if (keys.empty()) return fail(no_key);
  if (bytes.size() < sealed_packet_overhead) return fail("it is an encrypted packet cut short");
  if (bytes[2] != version)
    return fail("it is encrypted in version " + std::to_string(static_cast<unsigned char>(bytes[2])) +
                "; this agent knows version 1");
  auto rest = bytes.substr(sealed_packet_header.size());
  return open(keys, nonce_of(rest), rest.substr(nonce_bytes{}.size()), sealed_packet_header);
}

bool is_sealed(std::string_view packet) { return starts_as(packet, "PE"); }

expected<std::size_t> frame_size(std::string_view header) {
  bool ours = starts_as(header, "PF") || starts_as(header, "PX");
  if (!ours) return fail(describe_foreign(header));
  if (header.size() < frame_header_size) return fail("it is a frame header cut short");
  if (header[2] != version)
    return fail("its frames have version " + std::to_string(static_cast<unsigned char>(header[2])) +
                "; this agent knows version 1");
  std::size_t length = read_big_endian(header.substr(4, frame_header_size - 4));
  if (length > frame_limit - frame_header_size)
    return fail("its frame of " + std::to_string(length) + " bytes is over the limit of " +
                std::to_string(frame_limit - frame_header_size));
  return frame_header_size + length;
}

expected<void> judge_header(bool has_keys, const sealing_policy& policy, std::string_view header) {
  bool sealed = starts_as(header, "PX");
  if (sealed && !has_keys) return fail(no_key);
  if (!sealed && has_keys && policy.verify_incoming) return fail(not_sealed);
  return {};
}

std::string wrap_frame(const keyring& keys, const sealing_policy& policy, std::string_view body,
                       const nonce_bytes& nonce) {
  bool sealed = !keys.empty() && policy.verify_outgoing;
  auto length = body.size() + (sealed ? nonce.size() + tag_size : 0);
  std::string result = sealed ? "PX" : "PF";
  result += version;
  result += '\0';
  append_big_endian(result, static_cast<std::uint32_t>(length));
  if (!sealed) return result.append(body);
  auto secret = seal(keys.keys().front(), nonce, body, result);
  return result.append(text_of(nonce)).append(secret);
}

expected<std::string> unwrap_frame(const keyring& keys, const sealing_policy& policy, std::string_view frame) {
  auto size = frame_size(frame);
  if (!size) return tl::unexpected(size.error());
  if (*size != frame.size())
    return fail("its frame has " + std::to_string(frame.size()) + " bytes instead of " + std::to_string(*size));
  auto header = frame.substr(0, frame_header_size), rest = frame.substr(frame_header_size);
  if (auto good = judge_header(!keys.empty(), policy, header); !good) return tl::unexpected(good.error());
  if (starts_as(frame, "PF")) return std::string(rest);
  if (rest.size() < nonce_bytes{}.size() + tag_size) return fail("it is an encrypted frame cut short");
  return open(keys, nonce_of(rest), rest.substr(nonce_bytes{}.size()), header);
}

} // namespace praetor::swim
