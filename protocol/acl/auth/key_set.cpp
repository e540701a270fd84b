#include "protocol/acl/auth/key_set.hpp"

#include "protocol/codec/base64.hpp"
#include "protocol/codec/json_read.hpp"

#include <algorithm>
#include <optional>

namespace praetor::acl::auth {

namespace {

constexpr std::size_t deepest_document = 32;

/// The members of a JSON Web Key that describe a public key (RFC 7518 6).
struct raw_key {
  static constexpr std::string_view type_name = "rawJSONWebKey";
  std::string type, id, curve;
  std::optional<std::string> x, y, modulus, exponent;

  template <class F, class Self>
  static void fields(F&& f, Self& k) {
    f(field{"kty"}, k.type);
    f(field{"kid"}, k.id);
    f(field{"crv"}, k.curve);
    f(field{"x"}, k.x);
    f(field{"y"}, k.y);
    f(field{"n"}, k.modulus);
    f(field{"e"}, k.exponent);
  }
};

struct raw_set {
  static constexpr std::string_view type_name = "JSONWebKeySet";
  std::vector<raw_key> keys;

  template <class F, class Self>
  static void fields(F&& f, Self& s) {
    f(field{"keys"}, s.keys);
  }
};

expected<std::string> number(const std::optional<std::string>& text) {
  std::string_view digits = *text;
  while (digits.ends_with('=')) digits.remove_suffix(1);
  return base64url_decode(digits);
}

/// Both numbers of a key, decoded, as arguments of `make`.
template <class Make>
expected<public_key> of_two(const std::optional<std::string>& one, const std::optional<std::string>& other, Make make) {
  auto a = number(one), b = number(other);
  if (!a) return tl::unexpected(std::move(a.error()));
  if (!b) return tl::unexpected(std::move(b.error()));
  return make(*a, *b);
}

expected<public_key> point_of(const raw_key& raw) {
  using kind = public_key::kind;
  auto curve = raw.curve == "P-256" ? kind::p256 : raw.curve == "P-384" ? kind::p384 : kind::p521;
  if (curve == kind::p521 && raw.curve != "P-521")
    return fail("go-jose/go-jose: unsupported elliptic curve '" + raw.curve + "'");
  if (!raw.x || !raw.y) return fail("go-jose/go-jose: invalid EC key, missing x/y values");
  return of_two(raw.x, raw.y,
                [&](const std::string& x, const std::string& y) { return public_key::of_point(curve, x, y); });
}

expected<public_key> key_of(const raw_key& raw) {
  if (raw.type == "EC") return point_of(raw);
  if (raw.type == "RSA") {
    if (!raw.modulus || !raw.exponent) return fail("go-jose/go-jose: invalid RSA key, missing n/e values");
    return of_two(raw.modulus, raw.exponent, public_key::of_rsa);
  }
  if (raw.type == "oct") return public_key();
  if (raw.type != "OKP") return fail("go-jose/go-jose: unknown json web key type '" + raw.type + "'");
  if (raw.curve != "Ed25519" || !raw.x) return fail("go-jose/go-jose: unknown curve " + raw.curve + "'");
  auto x = number(raw.x);
  if (!x) return tl::unexpected(std::move(x.error()));
  return public_key::of_ed25519(*x);
}

} // namespace

bool key_set::verifies(const signed_text& text) const {
  return std::any_of(keys.begin(), keys.end(), [&](const member& one) {
    return (text.key_id.empty() || one.id == text.key_id) && one.key.verifies(text);
  });
}

expected<key_set> parse_key_set(std::string_view text) {
  auto raw = json::read<raw_set>(text, {.max_depth = deepest_document, .whole_text = true});
  if (!raw) return tl::unexpected(std::move(raw.error()));
  if (raw->keys.size() > most_keys) return fail("a set of more than " + std::to_string(most_keys) + " keys");
  key_set out;
  for (auto& one : raw->keys) {
    auto key = key_of(one);
    if (!key) return tl::unexpected(std::move(key.error()));
    out.keys.push_back({std::move(one.id), std::move(*key)});
  }
  return out;
}

} // namespace praetor::acl::auth
