#include "protocol/acl/auth/claims.hpp"

#include "protocol/codec/json_read.hpp"
#include "protocol/codec/json_write.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace praetor::acl::auth {

namespace {

using std::chrono::seconds;

constexpr std::size_t deepest_payload = 100;
constexpr seconds default_claim_leeway{150}, default_skew{60}, discovered_leeway = std::chrono::minutes(5);

/// 0 stands for the default, a negative leeway for none. Bounded, so that times do not overflow.
nanoseconds leeway_or(nanoseconds given, seconds standard) {
  constexpr nanoseconds longest = std::chrono::years(100);
  return given == nanoseconds{0} ? nanoseconds(standard) : std::clamp(given, nanoseconds{0}, longest);
}

/// As Go prints a time.
std::string time_text(std::int64_t seconds) {
  std::string out;
  json::append_rfc3339(out, timestamp{seconds, 0});
  return out.replace(out.find('T'), 1, " ").replace(out.find('Z'), 1, " +0000 UTC");
}

/// Seconds in whole numbers, within a range in which sums with leeways do not overflow.
expected<std::int64_t> date(const nlohmann::json& claims, const char* name) {
  auto found = claims.find(name);
  if (found == claims.end() || found->is_null()) return 0;
  if (!found->is_number()) return fail("go-jose/go-jose/jwt: expected number value to unmarshal NumericDate");
  constexpr double latest = 1e11; // beyond the year 5000
  return static_cast<std::int64_t>(std::clamp(found->get<double>(), -latest, latest));
}

expected<string_list> audience_of(const nlohmann::json& claims) {
  auto wrong = [] { return fail("go-jose/go-jose/jwt: expected string or array value to unmarshal to Audience"); };
  string_list out;
  auto found = claims.find("aud");
  if (found == claims.end()) return out;
  if (found->is_string()) return string_list{found->get<std::string>()};
  if (!found->is_array()) return wrong();
  for (const auto& one : *found) {
    if (!one.is_string()) return wrong();
    out.push_back(one.get<std::string>());
  }
  return out;
}

/// Whether the first time is after the second one, which is in seconds.
bool is_after(nanoseconds time, std::int64_t claim) {
  auto whole = std::chrono::floor<seconds>(time);
  return whole.count() > claim || (whole.count() == claim && time > whole);
}
bool is_before(nanoseconds time, std::int64_t claim) { return std::chrono::floor<seconds>(time).count() < claim; }

std::int64_t in_seconds(nanoseconds leeway) { return std::chrono::duration_cast<seconds>(leeway).count(); }

constexpr auto invalid = "error validating claims: ";

} // namespace

expected<token_payload> parse_payload(std::string_view payload) {
  auto all = json::read<free_form>(payload, {.max_depth = deepest_payload, .whole_text = true});
  if (!all) return tl::unexpected(std::move(all.error()));
  const auto& json = all->json();
  if (!json.is_object()) return fail("json: cannot unmarshal into Go value of type map[string]interface {}");
  token_payload out;
  for (const char* name : {"iss", "sub", "jti"}) {
    auto text = json.find(name);
    if (text == json.end() || text->is_null()) continue;
    if (!text->is_string())
      return fail("json: cannot unmarshal into Go struct field Claims." + std::string(name) + " of type string");
    if (name == std::string_view("iss")) out.claims.issuer = text->get<std::string>();
  }
  auto audience = audience_of(json);
  if (!audience) return tl::unexpected(std::move(audience.error()));
  out.claims.audience = std::move(*audience);
  for (auto [name, into] : {std::pair("exp", &out.claims.expiry), std::pair("nbf", &out.claims.not_before),
                            std::pair("iat", &out.claims.issued_at)}) {
    auto time = date(json, name);
    if (!time) return tl::unexpected(std::move(time.error()));
    *into = *time;
  }
  out.all = std::move(*all);
  return out;
}

expected<void> check_claims(const jwt_settings& s, token_claims c, nanoseconds now) {
  if (c.issued_at == 0 && c.expiry == 0 && c.not_before == 0)
    return fail("no issue time, notbefore, or expiration time encoded in token");
  // Of expiry and not-before, a token needs one; the other is a short time away from it.
  if (c.expiry == 0)
    c.expiry = std::max(c.issued_at, c.not_before) + in_seconds(leeway_or(s.expiration_leeway, default_claim_leeway));
  if (c.not_before == 0)
    c.not_before =
        c.issued_at != 0 ? c.issued_at : c.expiry - in_seconds(leeway_or(s.not_before_leeway, default_claim_leeway));
  const std::string prefix = invalid;
  if (!s.bound_issuer.empty() && s.bound_issuer != c.issuer)
    return fail(prefix + "go-jose/go-jose/jwt: validation failed, invalid issuer claim (iss)");
  auto skew = leeway_or(s.clock_skew_leeway, default_skew);
  if (is_before(now + skew, c.not_before))
    return fail(prefix + "go-jose/go-jose/jwt: validation failed, token not valid yet (nbf)");
  if (is_after(now - skew, c.expiry))
    return fail(prefix + "go-jose/go-jose/jwt: validation failed, token is expired (exp)");
  if (is_before(now + skew, c.issued_at))
    return fail(prefix + "go-jose/go-jose/jwt: validation field, token issued in the future (iat)");
  return check_audience(s, c, true);
}

expected<void> check_discovered_claims(const std::string& issuer, const token_claims& c, nanoseconds now) {
  constexpr std::string_view google = "https://accounts.google.com", bare_google = "accounts.google.com";
  if (c.issuer != issuer && !(issuer == google && c.issuer == bare_google))
    return fail("oidc: id token issued by a different provider, expected " + praetor::quoted(issuer) + " got " +
                praetor::quoted(c.issuer));
  if (is_after(now, c.expiry)) return fail("oidc: token is expired (Token Expiry: " + time_text(c.expiry) + ")");
  if (c.not_before != 0 && is_before(now + discovered_leeway, c.not_before))
    return fail("oidc: current time before the nbf (not before) time");
  return {};
}

expected<void> check_audience(const jwt_settings& s, const token_claims& c, bool strict) {
  if (strict && s.bound_audiences.empty() && !c.audience.empty())
    return fail(std::string(invalid) + "audience claim found in JWT but no audiences are bound");
  if (s.bound_audiences.empty()) return {};
  for (const auto& bound : s.bound_audiences)
    if (std::find(c.audience.begin(), c.audience.end(), bound) != c.audience.end()) return {};
  return fail(std::string(invalid) + "aud claim does not match any bound audience");
}

} // namespace praetor::acl::auth
