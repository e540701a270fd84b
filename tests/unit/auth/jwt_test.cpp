#include "login_case.hpp"
#include "signing_key.hpp"

#include "protocol/codec/json_write.hpp"

#include <catch2/catch.hpp>

using namespace praetor;

namespace {

std::string in_json(const std::string& text) {
  std::string out;
  json::write(out, text);
  return out;
}

/// The Config of static keys. @param more members, each with a comma before it
std::string static_config(const std::string& pem, const std::string& more = {}) {
  return R"({"JWTValidationPubKeys":[)" + in_json(pem) + R"(],"ClaimMappings":{"sub":"name"})" + more + "}";
}

// All tokens are verified a million seconds after 1970.
const std::string valid_payload = R"({"sub":"Web","iss":"here","exp":1000100,"nbf":999900})";
const std::string refused_by_all = "error: no known key successfully validated the token signature";

} // namespace

TEST_CASE("each algorithm is verified with keys of its kind only") {
  const std::string algorithms[] = {"RS256", "RS384", "RS512", "PS256", "PS384",
                                    "PS512", "ES256", "ES384", "ES512", "EdDSA"};
  fake_servers none;
  std::vector<signing_key> keys;
  for (const auto& algorithm : algorithms) keys.emplace_back(algorithm);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    auto validator = make_validator(method_of("jwt", static_config(keys[i].public_pem())), none);
    CHECK(validator.error == "");
    for (std::size_t j = 0; j < keys.size(); ++j) {
      INFO(algorithms[i] + " key, " + algorithms[j] + " token");
      CHECK(login(validator, keys[j].token(valid_payload), none) == (i == j ? "value.name=Web" : refused_by_all));
    }
  }
}

TEST_CASE("tokens that nobody signed are refused") {
  fake_servers none;
  signing_key key("RS256"), other("RS256"), elliptic("ES256");
  auto pem = key.public_pem();
  auto validator = make_validator(method_of("jwt", static_config(pem)), none);
  auto good = key.token(valid_payload);
  auto input = good.substr(0, good.rfind('.'));
  CHECK(login(validator, good, none) == "value.name=Web");
  CHECK(login(validator, " " + input + "\n" + good.substr(input.size()), none) == "value.name=Web");

  CHECK(login(validator, "", none) == "error: missing jwt");
  CHECK(login(validator, "x", none) ==
        "error: error parsing token: go-jose/go-jose: compact JWS format must have three parts");
  CHECK(login(validator, "a.b.c.d", none) ==
        "error: error parsing token: go-jose/go-jose: compact JWS format must have three parts");
  CHECK(login(validator, "%.e30.e30", none) == "error: error parsing token: illegal base64 data at input byte 0");
  CHECK(login(validator, join_token("no", "{}", ""), none) ==
        "error: error parsing token: invalid character 'o' in literal null (expecting 'u')");
  CHECK(login(validator, join_token(R"({"alg":7})", "{}", ""), none).find("failed to unmarshal algorithm") !=
        std::string::npos);

  // The same key, another algorithm, and none at all.
  for (const char* algorithm : {"none", "None", "", "HS256", "HS384", "HS512", "RS384", "PS256", "ES256", "EdDSA"}) {
    INFO(algorithm);
    auto header = R"({"alg":")" + std::string(algorithm) + "\"}";
    CHECK(login(validator, join_token(header, valid_payload, ""), none) == refused_by_all);
    auto forged = base64url(header) + "." + base64url(valid_payload);
    CHECK(login(validator, forged + "." + base64url(key.sign(forged)), none) == refused_by_all);
  }
  // A public key is no secret: a code made with it proves nothing.
  CHECK(login(validator, join_token(R"({"alg":"HS256","typ":"JWT"})", valid_payload, std::string(32, 'x')), none) ==
        refused_by_all);
  // Another key, another payload, another signature, and none.
  CHECK(login(validator, other.token(valid_payload), none) == refused_by_all);
  CHECK(login(validator, elliptic.token(valid_payload), none) == refused_by_all);
  auto swapped = base64url(R"({"alg":"RS256"})") + "." + base64url(R"({"sub":"root","exp":1000100})");
  CHECK(login(validator, swapped + good.substr(good.rfind('.')), none) == refused_by_all);
  CHECK(login(validator, input + ".", none) == refused_by_all);
  CHECK(login(validator, good.substr(0, good.size() - 8), none) == refused_by_all);
  // A key that the token itself brings does not count, and extensions must be understood.
  CHECK(login(validator, other.token(valid_payload, R"("jwk":)" + other.web_key("x") + ","), none) == refused_by_all);
  CHECK(login(validator, key.token(valid_payload, R"("crit":["exp"],)"), none) == refused_by_all);
  CHECK(login(validator, key.token(valid_payload, R"("b64":false,)"), none) == refused_by_all);
  CHECK(login(validator, key.token("no object"), none) == refused_by_all);
  CHECK(login(validator, key.token(std::string(200'000, '[')), none) == refused_by_all);
}

TEST_CASE("an elliptic signature has the length of its curve") {
  fake_servers none;
  signing_key key("ES256");
  auto validator = make_validator(method_of("jwt", static_config(key.public_pem())), none);
  auto input = base64url(R"({"alg":"ES256"})") + "." + base64url(valid_payload);
  auto signature = key.sign(input);
  CHECK(login(validator, input + "." + base64url(signature), none) == "value.name=Web");
  CHECK(login(validator, input + "." + base64url(signature.substr(1)), none) == refused_by_all);
  CHECK(login(validator, input + "." + base64url(std::string(1, '\0') + signature), none) == refused_by_all);
  CHECK(login(validator, input + "." + base64url(std::string(64, '\0')), none) == refused_by_all);
}

TEST_CASE("times, issuer and audience decide whether a signed token is valid") {
  fake_servers none;
  signing_key key("ES256");
  const std::string prefix = "error: error validating claims: go-jose/go-jose/jwt: validation ",
                    expired = prefix + "failed, token is expired (exp)",
                    early = prefix + "failed, token not valid yet (nbf)",
                    future = prefix + "field, token issued in the future (iat)",
                    issuer = prefix + "failed, invalid issuer claim (iss)", good = "value.name=w",
                    unbound = "error: error validating claims: audience claim found in JWT but no audiences are bound",
                    other_audience = "error: error validating claims: aud claim does not match any bound audience";
  struct {
    std::string config, claims, result;
  } table[] = {
      {"", R"("exp":1000000)", good},
      {"", R"("exp":999940)", good},
      {"", R"("exp":999939)", expired},
      {"", R"("exp":999940.9)", good},
      {R"(,"ClockSkewLeeway":-1)", R"("exp":999999)", expired},
      {R"(,"ClockSkewLeeway":-1)", R"("exp":1000000)", good},
      {R"(,"ClockSkewLeeway":600000000000)", R"("exp":999400)", good},
      {R"(,"ClockSkewLeeway":9000000000000000000)", R"("exp":1)", good},
      {"", R"("exp":1000500,"nbf":1000060)", good},
      {"", R"("exp":1000500,"nbf":1000061)", early},
      {"", R"("exp":1000500,"nbf":1,"iat":1000061)", future},
      {"", R"("nbf":999800)", good},
      {"", R"("nbf":999789)", expired},
      {R"(,"ExpirationLeeway":-1)", R"("nbf":999930)", expired},
      {R"(,"ExpirationLeeway":10000000000)", R"("iat":999930)", good},
      {"", R"("exp":1000211)", early},
      {R"(,"NotBeforeLeeway":1000000000000)", R"("exp":1000211)", good},
      {"", R"("iss":"x")", "error: no issue time, notbefore, or expiration time encoded in token"},
      {"", R"("exp":1e300)", early},
      {"", R"("exp":-1e300)", expired},
      {"", R"("exp":"1000000")", refused_by_all},
      {R"(,"BoundIssuer":"here")", R"("iss":"here","exp":1000000)", good},
      {R"(,"BoundIssuer":"here")", R"("iss":"there","exp":1000000)", issuer},
      {R"(,"BoundIssuer":"here")", R"("exp":1000000)", issuer},
      {"", R"("aud":"a","exp":1000000)", unbound},
      {"", R"("aud":[],"exp":1000000)", good},
      {R"(,"BoundAudiences":["a","b"])", R"("aud":"b","exp":1000000)", good},
      {R"(,"BoundAudiences":["a","b"])", R"("aud":["c","a"],"exp":1000000)", good},
      {R"(,"BoundAudiences":["a","b"])", R"("aud":["c"],"exp":1000000)", other_audience},
      {R"(,"BoundAudiences":["a","b"])", R"("exp":1000000)", other_audience},
      {R"(,"BoundAudiences":["a"])", R"("aud":[1],"exp":1000000)", refused_by_all},
  };
  for (const auto& row : table) {
    INFO(row.config + " " + row.claims);
    auto validator = make_validator(method_of("jwt", static_config(key.public_pem(), row.config)), none);
    CHECK(login(validator, key.token(R"({"sub":"w",)" + row.claims + "}"), none) == row.result);
  }
}

TEST_CASE("keys of a set are fetched, kept, and fetched again for a token that none fits") {
  signing_key one("RS256"), two("ES384"), stranger("RS256");
  const std::string url = "https://issuer/keys",
                    config = R"({"JWKSURL":"https://issuer/keys","ClaimMappings":{"sub":"name"}})";
  fake_servers servers;
  servers.replies[url] = fake_servers::json(R"({"keys":[)" + one.web_key("a") + "]}");
  auto validator = make_validator(method_of("jwt", config), servers);
  CHECK(validator.error == "");
  CHECK(servers.requests.size() == 1);
  CHECK(login(validator, one.token(valid_payload, R"("kid":"a",)"), servers) == "value.name=Web");
  CHECK(login(validator, one.token(valid_payload), servers) == "value.name=Web");
  CHECK(servers.requests.size() == 1);
  const std::string unknown = "error: error verifying token: failed to verify id token signature";
  CHECK(login(validator, one.token(valid_payload, R"("kid":"b",)"), servers) == unknown);
  CHECK(login(validator, stranger.token(valid_payload, R"("kid":"a",)"), servers) == unknown);
  CHECK(servers.requests.size() == 3);
  servers.replies[url] = fake_servers::json(R"({"keys":[)" + two.web_key("c") + "]}");
  CHECK(login(validator, two.token(valid_payload, R"("kid":"c",)"), servers) == "value.name=Web");
  CHECK(login(validator, "x", servers) ==
        "error: error verifying token: oidc: malformed jwt: go-jose/go-jose: compact JWS "
        "format must have three parts");
  servers.replies.clear();
  CHECK(login(validator, two.token(valid_payload, R"("kid":"c",)"), servers) == "value.name=Web");
  CHECK(login(validator, one.token(valid_payload, R"("kid":"a",)"), servers) ==
        "error: error verifying token: fetching keys oidc: get keys failed Get \"https://issuer/keys\": connection "
        "refused");
}

TEST_CASE("a method is refused if its key set cannot be used") {
  const std::string url = "https://issuer/keys", prefix = "error: error checking JWKSURL: fetching keys oidc: ";
  struct {
    outbound_reply reply;
    std::string result;
  } table[] = {
      {{.failure = "Get \"https://issuer/keys\": EOF"}, "get keys failed Get \"https://issuer/keys\": EOF"},
      {{.code = 404, .status = "404 Not Found", .body = "gone"}, "get keys failed: 404 Not Found gone"},
      {fake_servers::json(R"({"keys":[{"kty":"XX"}]})"),
       "failed to decode keys: got Content-Type = application/json, but could not unmarshal as JSON: go-jose/go-jose: "
       "unknown json web key type 'XX' {\"keys\":[{\"kty\":\"XX\"}]}"},
      {{.code = 200, .status = "200 OK", .content_type = "text/html", .body = "<html>"},
       "failed to decode keys: expected Content-Type = application/json, got \"text/html\": invalid character '<' "
       "looking "
       "for beginning of value <html>"},
      {fake_servers::json(R"({"keys":[{"kty":"RSA","n":"AQ"}]})"), "*missing n/e values"},
      {fake_servers::json(R"({"keys":[{"kty":"EC","crv":"P-256","x":"AQ","y":"AQ"}]})"), "*wrong length for x"},
      {fake_servers::json(R"({"keys":[{"kty":"EC","crv":"P-1"}]})"), "*unsupported elliptic curve 'P-1'"},
      {fake_servers::json(R"({"keys":[{"kty":"OKP","crv":"X25519","x":"AQ"}]})"), "*unknown curve X25519'"},
  };
  for (const auto& row : table) {
    INFO(row.result);
    fake_servers servers;
    servers.replies[url] = row.reply;
    auto made = make_validator(method_of("jwt", R"({"JWKSURL":"https://issuer/keys"})"), servers);
    if (row.result.starts_with('*'))
      CHECK(made.error.find(row.result.substr(1)) != std::string::npos);
    else
      CHECK(made.error == prefix + row.result);
  }
  fake_servers servers;
  servers.replies[url] = fake_servers::json(R"({"keys":[{"kty":"oct","k":"c2VjcmV0"}]})");
  auto made = make_validator(method_of("jwt", R"({"JWKSURL":"https://issuer/keys"})"), servers);
  CHECK(made.error == "");
  CHECK(login(made, join_token(R"({"alg":"HS256"})", valid_payload, "x"), servers) ==
        "error: error verifying token: failed to verify id token signature");
}

TEST_CASE("an issuer is found by discovery") {
  signing_key key("ES256"), other("RS256");
  const std::string base = "https://issuer", document = base + "/.well-known/openid-configuration";
  fake_servers servers;
  servers.replies[document] = fake_servers::json(
      R"({"issuer":"https://issuer","jwks_uri":"https://issuer/k","id_token_signing_alg_values_supported":["ES256"]})");
  servers.replies["https://issuer/k"] =
      fake_servers::json(R"({"keys":[)" + key.web_key("a") + "," + other.web_key("b") + "]}");
  auto config = R"({"OIDCDiscoveryURL":"https://issuer","ClaimMappings":{"sub":"name"}})";
  auto validator = make_validator(method_of("jwt", config), servers);
  CHECK(validator.error == "");
  const std::string doing = "error: error validating signature: ";
  struct {
    std::string token, result;
  } table[] = {
      {key.token(R"({"iss":"https://issuer","sub":"w","aud":"any","exp":1000000})"), "value.name=w"},
      {key.token(R"({"iss":"https://other","sub":"w","exp":1000000})"),
       doing + "oidc: id token issued by a different provider, expected \"https://issuer\" got \"https://other\""},
      {key.token(R"({"iss":"https://issuer","exp":999999})"),
       doing + "oidc: token is expired (Token Expiry: 1970-01-12 13:46:39 +0000 UTC)"},
      {key.token(R"({"iss":"https://issuer","exp":1000900,"nbf":1000301})"),
       doing + "oidc: current time before the nbf (not before) time"},
      {other.token(R"({"iss":"https://issuer","exp":1000000})", R"("kid":"b",)"),
       doing + "oidc: id token signed with unsupported algorithm, expected [\"ES256\"] got \"RS256\""},
      {key.token(R"({"iss":"https://issuer","exp":1000000})", R"("kid":"b",)"),
       doing + "failed to verify signature: failed to verify id token signature"},
      {"a.b", doing + "oidc: malformed jwt: go-jose/go-jose: compact JWS format must have three parts"},
  };
  for (const auto& row : table) CHECK(login(validator, row.token, servers) == row.result);

  servers.replies[document] = fake_servers::json(R"({"issuer":"https://evil","jwks_uri":"https://issuer/k"})");
  CHECK(make_validator(method_of("jwt", config), servers).error ==
        "error: error checking OIDCDiscoveryURL: oidc: issuer did not match the issuer returned by provider, expected "
        "\"https://issuer\" got \"https://evil\"");
  servers.replies.erase(document);
  CHECK(make_validator(method_of("jwt", config), servers).error ==
        "error: error checking OIDCDiscoveryURL: Get \"" + document + "\": connection refused");
}
