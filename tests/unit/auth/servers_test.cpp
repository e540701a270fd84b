#include "login_case.hpp"
#include "signing_key.hpp"

#include "protocol/acl/auth/xml.hpp"
#include "protocol/codec/base64.hpp"
#include "protocol/codec/json_write.hpp"

#include <catch2/catch.hpp>

using namespace praetor;

namespace {

std::string as_json(const std::string& text) {
  std::string out;
  json::write(out, text);
  return out;
}

outbound_reply xml_reply(std::string body) {
  return {.code = 200, .status = "200 OK", .content_type = "text/xml", .body = std::move(body)};
}

/// A credential of type aws-iam. @param headers members of a JSON object
std::string aws_bearer(const std::string& url, const std::string& headers,
                       const std::string& body = "Action=GetCallerIdentity&Version=2011-06-15",
                       const std::string& method = "POST") {
  return R"({"iam_http_request_method":")" + method + R"(","iam_request_url":")" + base64_encode(url) +
         R"(","iam_request_headers":")" + base64_encode("{" + headers + "}") + R"(","iam_request_body":")" +
         base64_encode(body) + "\"}";
}

std::string caller_xml(const std::string& arn, const std::string& id) {
  return "<GetCallerIdentityResponse "
         "xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult><Arn>" +
         arn + "</Arn><UserId>" + id +
         "</UserId><Account>1234</Account></GetCallerIdentityResult>"
         "</GetCallerIdentityResponse>";
}

const std::string sts = "https://sts.amazonaws.com/", sts_address = "https://sts.amazonaws.com//",
                  iam_address = "https://iam.amazonaws.com//";

std::string inner_headers(const std::string& body, const std::string& url = "https://iam.amazonaws.com/") {
  return R"("X-Consul-IAM-GetEntity-Method":["POST"],"X-Consul-IAM-GetEntity-URL":[")" + url +
         R"("],"X-Consul-IAM-GetEntity-Headers":["{}"],"X-Consul-IAM-GetEntity-Body":[")" + body + "\"]";
}

} // namespace

TEST_CASE("a kubernetes login is a review of its token and a look at its account") {
  signing_key key("ES256");
  auto bearer = key.token("{}");
  fake_servers servers;
  auto method =
      method_of("kubernetes", R"({"Host":"api:6443/","CACert":"-----BEGIN CERTIFICATE-----","ServiceAccountJWT":)" +
                                  as_json(bearer) + "}");
  auto validator = make_validator(method, servers);
  CHECK(validator.error == "");
  CHECK(servers.requests.empty());
  const std::string review = "https://api:6443/apis/authentication.k8s.io/v1/tokenreviews",
                    account = "https://api:6443/api/v1/namespaces/n/serviceaccounts/a%2F";
  servers.replies[review] = fake_servers::json(
      R"({"status":{"authenticated":true,"user":{"username":"system:serviceaccount:n:a/","uid":"7"}}})");
  servers.replies[account] = fake_servers::json(R"({"metadata":{"name":"a"}})");
  CHECK(login(validator, bearer, servers) == "serviceaccount.name=a/ serviceaccount.namespace=n serviceaccount.uid=7");
  REQUIRE(servers.requests.size() == 2);
  CHECK(servers.requests[0].method == "POST");
  CHECK(servers.requests[0].authorities == "-----BEGIN CERTIFICATE-----");
  CHECK(servers.requests[0].header.at("Authorization") == string_list{"Bearer " + bearer});
  CHECK(servers.requests[0].body ==
        R"({"kind":"TokenReview","apiVersion":"authentication.k8s.io/v1","spec":{"token":)" + as_json(bearer) + "}}");
  struct {
    outbound_reply reply;
    std::string result;
  } table[] = {
      {{.failure = "Post \"x\": EOF"}, "error: Post \"x\": EOF"},
      {{.code = 500, .status = "500"},
       "error: the server responded with the status code 500 but did not return more information"},
      {{.code = 404, .status = "404"}, "error: the server could not find the requested resource"},
      {fake_servers::json("<"), "error: invalid character '<' looking for beginning of value"},
      {fake_servers::json("{}"), "error: lookup failed: service account jwt not valid"},
  };
  for (const auto& row : table) {
    servers.replies[review] = row.reply;
    CHECK(login(validator, bearer, servers) == row.result);
  }
  auto before = servers.requests.size();
  CHECK(login(validator, "", servers).starts_with("error: failed to parse and validate JWT: "));
  CHECK(servers.requests.size() == before);
}

TEST_CASE("an aws login sends what the caller has signed, and nothing else") {
  fake_servers servers;
  servers.replies[sts_address] = xml_reply(caller_xml("arn:aws:sts::1234:assumed-role/web/s", "ID:s"));
  auto validator =
      make_validator(method_of("aws-iam", R"({"BoundIAMPrincipalARNs":["arn:aws:iam::1234:role/web"]})"), servers);
  auto signed_headers = R"("Authorization":["a"],"host":["x"])";
  CHECK(login(validator, aws_bearer(sts, signed_headers), servers) == "account_id=1234 entity_id=ID entity_name=web");
  REQUIRE(servers.requests.size() == 1);
  CHECK(servers.requests[0].header ==
        std::map<std::string, string_list>{{"Authorization", {"a"}}, {"Host", {"sts.amazonaws.com"}}});
  CHECK_FALSE(servers.requests[0].follow_redirects);
  struct {
    std::string bearer, result;
  } table[] = {
      {"", "invalid token: unexpected end of JSON input"},
      {"{}", "invalid token: unexpected end of JSON input"},
      {aws_bearer("x", ""), "invalid token: url is invalid: \"x\""},
      {aws_bearer(sts, R"("a":1)"), "*invalid token: json: cannot unmarshal"},
      {aws_bearer(sts, "", "", "GET"), "iam_http_request_method must be POST"},
      {aws_bearer(sts, "", ""), "iam_request_body error: missing field \"Action\""},
      {aws_bearer(sts, "", "Action=GetCallerIdentity&x=1"), "iam_request_body error: unexpected field \"x\""},
      {aws_bearer(sts, "", "Action=GetCallerIdentity&Action=x"),
       "iam_request_body error: unexpected value Action=[GetCallerIdentity x]"},
      {aws_bearer("https://evil.com/", ""), "invalid STS hostname: \"evil.com\""},
      {aws_bearer("https://sts.evil.com/.amazonaws.com", ""), "invalid STS hostname: \"sts.evil.com\""},
      {aws_bearer("https://iam.amazonaws.com/", ""), "invalid STS hostname: \"iam.amazonaws.com\""},
      {aws_bearer("https://xsts.amazonaws.com/", ""), "invalid STS hostname: \"xsts.amazonaws.com\""},
      {aws_bearer(sts, R"("x-amz-target":["x"])"), "invalid request header: X-Amz-Target"},
  };
  for (const auto& row : table) {
    INFO(row.result);
    auto result = login(validator, row.bearer, servers);
    if (row.result.starts_with('*'))
      CHECK(result.starts_with("error: " + row.result.substr(1)));
    else
      CHECK(result == "error: " + row.result);
  }
  CHECK(servers.requests.size() == 1);
  auto with_answer = [&](outbound_reply reply) {
    servers.replies[sts_address] = std::move(reply);
    return login(validator, aws_bearer(sts, ""), servers);
  };
  CHECK(with_answer(xml_reply(caller_xml("arn:aws:iam::1234:user/u", "ID"))) ==
        "error: IAM principal arn:aws:iam::1234:user/u is not trusted");
  CHECK(with_answer(xml_reply(caller_xml("x", "ID"))) ==
        "error: unrecognized arn: contains 1 colon-separated parts, expected 6");
  CHECK(with_answer(xml_reply(caller_xml("arn:aws:ec2::1:role/x", "ID"))) ==
        "error: unrecognized service: ec2, not one of iam or sts");
  CHECK(with_answer(xml_reply("<x/>")) == "error: error parsing STS response");
  CHECK(with_answer(xml_reply("<GetCallerIdentityResponse></GetCallerIdentityResponse>")) ==
        "error: received 0 identities in STS response but expected 1");
  CHECK(with_answer({.code = 200, .status = "200 OK", .content_type = "text/html", .body = ""}) ==
        "error: response body is invalid");
}

TEST_CASE("a request to aws that may recover is sent again, after a pause") {
  fake_servers servers;
  servers.replies[sts_address] = {.code = 503, .status = "503"};
  auto validator = make_validator(
      method_of("aws-iam", R"({"BoundIAMPrincipalARNs":["arn:aws:iam::1:role/x"],"MaxRetries":2})"), servers);
  CHECK(login(validator, aws_bearer(sts, ""), servers) ==
        "error: error making request: POST https://sts.amazonaws.com// giving up after 3 attempt(s)");
  REQUIRE(servers.requests.size() == 3);
  CHECK(servers.requests[0].delay == nanoseconds{0});
  CHECK(servers.requests[1].delay == std::chrono::milliseconds(500));
  CHECK(servers.requests[2].delay == std::chrono::seconds(1));
}

TEST_CASE("the details of an aws role have to be those of the caller") {
  fake_servers servers;
  servers.replies[sts_address] = xml_reply(caller_xml("arn:aws:sts::1234:assumed-role/web/s", "ID:s"));
  auto role = [](const std::string& id) {
    return xml_reply(
        "<?xml version=\"1.0\"?>\n<GetRoleResponse xmlns=\"x\"><GetRoleResult><Role><Path>/p/</Path><RoleId>" + id +
        "</RoleId><Arn>arn:aws:iam::1234:role/p/web</Arn><Tags><member><Key>t</Key><Value>a&lt;b"
        "</Value></member></Tags></Role></GetRoleResult></GetRoleResponse>");
  };
  servers.replies[iam_address] = role("ID");
  auto validator = make_validator(method_of("aws-iam", R"({"BoundIAMPrincipalARNs":["arn:aws:iam::1234:role/p/*"],
    "EnableIAMEntityDetails":true,"IAMEntityTags":["t","none"]})"),
                                  servers);
  auto get_role = inner_headers("Action=GetRole&RoleName=web");
  CHECK(login(validator, aws_bearer(sts, get_role), servers) ==
        "account_id=1234 entity_id=ID entity_name=web entity_path=/p/ entity_tags.none= entity_tags.t=a<b");
  CHECK(login(validator, aws_bearer(sts, ""), servers) == "error: missing header \"X-Consul-IAM-GetEntity-Method\"");
  CHECK(login(validator, aws_bearer(sts, inner_headers("Action=GetRole&UserName=web")), servers) ==
        "error: iam_request_headers[\"X-Consul-IAM-GetEntity-Body\"] error: invalid request body "
        "\"Action=GetRole&UserName=web\"");
  CHECK(login(validator, aws_bearer(sts, inner_headers("Action=GetRole&RoleName=web", "https://evil.com/")), servers) ==
        "error: invalid IAM hostname: \"evil.com\"");
  servers.replies[iam_address] = role("OTHER");
  CHECK(login(validator, aws_bearer(sts, get_role), servers) == "error: unique id mismatch in login token");
}

TEST_CASE("XML is read as far as answers need it") {
  auto read =
      acl::auth::parse_xml("<?xml version='1.0'?><!-- c --><a:r x=\">\"><b>1 &amp; &#x41;&#66;</b><b/><!-- d -->"
                           "<c><![CDATA[<&]]></c></a:r>");
  REQUIRE(read);
  CHECK(read->name == "r");
  CHECK(read->children.size() == 3);
  CHECK(read->text_of("b") == "1 & AB");
  CHECK(read->text_of("c") == "<&");
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  for (const std::string& text : {std::string(), std::string("x"), std::string("<a>"), std::string("<a></b>"),
                                  std::string("<a>&x;</a>"), std::string("<!DOCTYPE a><a/>"), std::string("<a"), deep})
    CHECK_FALSE(acl::auth::parse_xml(text));
}
