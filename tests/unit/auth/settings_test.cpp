#include "login_case.hpp"
#include "signing_key.hpp"

#include "protocol/codec/json_write.hpp"

#include <catch2/catch.hpp>

using namespace praetor;

namespace {

std::string fault_in(const std::string& type, const std::string& config) {
  auto read = acl::auth::read_settings(method_of(type, config));
  return read ? "" : read.error().text;
}

} // namespace

TEST_CASE("the settings of a method are checked in the words of Consul") {
  signing_key key("ES256");
  std::string pem;
  json::write(pem, key.public_pem());
  const std::string one = "error decoding config: 1 error(s) decoding:\n\n* ",
                    sources =
                        "exactly one of 'JWTValidationPubKeys', 'JWKSURL', or 'OIDCDiscoveryURL' must be set for type "
                        "\"jwt\"",
                    keys = R"("JWTValidationPubKeys":[)" + pem + "]";
  struct {
    std::string type, config, fault;
  } table[] = {
      {"jwt", "{" + keys + "}", ""},
      {"jwt", R"({"jwtvalidationpubkeys":)" + pem + "}", ""},
      {"jwt", "null", sources},
      {"jwt", "{}", sources},
      {"jwt", "{" + keys + R"(,"JWKSURL":"http://x"})", sources},
      {"jwt", R"({"Foo":1,"Bar":2})", one + "'' has invalid keys: Bar, Foo"},
      {"jwt", R"({"OIDCClientID":"x"})", one + "'' has invalid keys: OIDCClientID"},
      {"jwt", "{" + keys + R"(,"ExpirationLeeway":"5s"})",
       one + "cannot parse 'ExpirationLeeway' as int: strconv.ParseInt: parsing \"5s\": invalid syntax"},
      {"jwt", "{" + keys + R"(,"ExpirationLeeway":"5000","NotBeforeLeeway":true,"ClockSkewLeeway":1.5})", ""},
      {"jwt", "{" + keys + R"(,"ClockSkewLeeway":{}})",
       one +
           "'ClockSkewLeeway' expected type 'time.Duration', got unconvertible type 'map[string]interface {}', value: "
           "'map[]'"},
      {"jwt", R"({"BoundIssuer":["a"],"ClaimMappings":7})",
       "error decoding config: 2 error(s) decoding:\n\n* 'BoundIssuer' expected type 'string', got unconvertible type "
       "'[]interface {}', value: '[a]'\n* 'ClaimMappings' expected a map, got 'float64'"},
      {"jwt", "{" + keys + R"(,"ClaimMappings":{"a":1,"b":false},"BoundIssuer":5})", ""},
      {"jwt", R"({"JWTValidationPubKeys":["x"]})",
       "error parsing public key JWTValidationPubKeys[0]: data does not contain any valid RSA, ECDSA, or ED25519 "
       "public "
       "keys"},
      {"jwt", R"({"JWTValidationPubKeys":["-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"]})",
       "error parsing public key JWTValidationPubKeys[0]: x509: malformed certificate"},
      {"jwt", "{" + keys + R"(,"JWKSCACert":"x"})", "'JWKSCACert' should not be set unless 'JWKSURL' is set"},
      {"jwt", "{" + keys + R"(,"OIDCDiscoveryCACert":"x"})",
       "'OIDCDiscoveryCACert' should not be set unless 'OIDCDiscoveryURL' is set"},
      {"jwt", R"({"JWKSURL":"http://x","JWKSCACert":"x"})",
       "error checking JWKSCACert: could not parse CA PEM value successfully"},
      {"jwt", "{" + keys + R"(,"JWTSupportedAlgs":["RS256","HS256"]})", "Invalid supported algorithm: HS256"},
      {"jwt", "{" + keys + R"(,"ClaimMappings":{"a":"x","b":"x"}})",
       "ClaimMappings contains multiple mappings for key \"x\""},
      {"jwt", "{" + keys + R"(,"ListClaimMappings":{"a":"x","b":"x"}})",
       "ListClaimMappings contains multiple mappings for key \"x\""},
      {"kubernetes", "{}", "Config.Host is required"},
      {"kubernetes", R"({"Host":"h"})", "Config.CACert is required"},
      {"kubernetes", R"({"Host":"h","CACert":"x"})",
       "error parsing kubernetes ca cert: data does not contain any valid RSA or ECDSA certificates"},
      {"aws-iam", "{}", "BoundIAMPrincipalARNs is required and must have at least 1 entry"},
      {"aws-iam", R"({"BoundIAMPrincipalARNs":["arn:aws:iam::1:role/*"]})",
       "Must set EnableIAMEntityDetails=true to use wildcards in BoundIAMPrincipalARNs"},
      {"aws-iam", R"({"BoundIAMPrincipalARNs":["arn:aws:iam::*:role/x"],"EnableIAMEntityDetails":true})",
       "Only one wildcard is allowed at the end of the bound IAM principal ARN"},
      {"aws-iam", R"({"BoundIAMPrincipalARNs":["role"]})", "Invalid principal ARN: \"role\""},
      {"aws-iam", R"({"BoundIAMPrincipalARNs":["arn:aws:ec2::1:role/x"]})",
       "Invalid principal ARN: \"arn:aws:ec2::1:role/x\""},
      {"aws-iam", R"({"BoundIAMPrincipalARNs":["arn:aws:iam::1:role/x"],"IAMEntityTags":["t"]})",
       "Must set EnableIAMEntityDetails=true to use IAMUserTags"},
      {"aws-iam", R"({"BoundIAMPrincipalARNs":["arn:aws:iam::1:role/x"],"STSEndpoint":"x"})",
       "STSEndpoint is invalid: url is invalid: \"x\""},
      {"aws-iam", R"({"BoundIAMPrincipalARNs":["arn:aws:iam::1:role/x"],"MaxRetries":"3"})", ""},
      {"oidc", "{}", "no auth method registered with type: oidc"},
  };
  for (const auto& row : table) {
    INFO(row.type + " " + row.config);
    CHECK(fault_in(row.type, row.config) == row.fault);
  }
}

TEST_CASE("claims become fields and variables") {
  auto read = acl::auth::read_settings(method_of("jwt", R"({"JWKSURL":"http://x",
    "ClaimMappings":{"sub":"s","/a/b":"deep","/a~1b":"slash","n":"n","flag":"flag","missing":"missing","/list/1":"second"},
    "ListClaimMappings":{"groups":"g","one":"one","/a/none":"none"}})"));
  REQUIRE(read);
  const auto& settings = std::get<acl::auth::jwt_settings>(*read);
  auto claims = method_of("jwt", R"({"sub":"Web","a":{"b":"x"},"a/b":"y","n":7.9,"flag":true,"list":["p","q"],
    "groups":["red","",2,false],"one":"alone"})")
                    .config;
  auto who = acl::auth::identity_of_claims(settings, claims);
  REQUIRE(who);
  const auto& fields = std::get<acl::auth::jwt_fields>(who->selectable);
  CHECK(fields.values ==
        string_map{{"s", "Web"}, {"deep", "x"}, {"slash", "y"}, {"n", "7"}, {"flag", "true"}, {"second", "q"}});
  CHECK(fields.lists == std::map<std::string, string_list>{{"g", {"red", "2", "false"}}, {"one", {"alone"}}});
  CHECK(who->variables.at("value.s") == "Web");
  CHECK(who->variables.at("value.missing") == "");
  auto fault = [&](const std::string& text) {
    auto result = acl::auth::identity_of_claims(settings, method_of("jwt", text).config);
    return result ? "" : result.error().text;
  };
  CHECK(fault(R"({"sub":{}})") == "error converting claim 'sub' to string from unknown type map[string]interface {}");
  CHECK(fault(R"({"groups":{}})") == "\"groups\" list claim could not be converted to string list");
  CHECK(fault(R"({"groups":[[]]})") ==
        "value of type []interface {} in \"groups\" list claim could not be parsed as string");
}
