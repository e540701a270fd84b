#include "protocol/config/hidden.hpp"
#include "protocol/types/secrets.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace praetor;
using namespace praetor::config;

TEST_CASE("names say that their values are secrets, in whatever case and place") {
  for (auto name : {"key", "KeyFile", "PrivateKey", "token", "X-Consul-Token", "client_secret", "SecretID", "Password",
                    "keystore_passphrase", "aws_credentials", "Authorization", "EncryptKey"})
    CHECK(names_a_secret(name));
  for (auto name : {"", "Name", "KVMaxValueSize", "GRPCKeepaliveInterval", "ke", "Meta", "HTTP"})
    CHECK_FALSE(names_a_secret(name));
}

TEST_CASE("secrets are compared whole") {
  CHECK(same_secret("", ""));
  CHECK(same_secret("abc", "abc"));
  CHECK_FALSE(same_secret("abc", "abd"));
  CHECK_FALSE(same_secret("xbc", "abc"));
  CHECK_FALSE(same_secret("abc", "ab"));
  CHECK_FALSE(same_secret("", "a"));
  CHECK_FALSE(same_secret(std::string("a\0b", 3), std::string("a\0c", 3)));
}

TEST_CASE("a wiped secret is not in its memory any more") {
  std::string secret(100, 's');
  auto* bytes = secret.data();
  wipe(secret);
  CHECK(secret.empty());
  CHECK(std::string(bytes, 100) == std::string(100, '\0'));
}

TEST_CASE("the secrets of URLs are hidden wherever they stand in a text") {
  auto shown = without_url_secrets;
  CHECK(shown("no URL at all") == "no URL at all");
  CHECK(shown("http://a/b?c=d&e=f") == "http://a/b?c=d&e=f");
  CHECK(shown("/v1/kv/x?token=abc") == "/v1/kv/x?token=<hidden>");
  CHECK(shown("/v1/kv/x?dc=dc1&token=abc&raw") == "/v1/kv/x?dc=dc1&token=<hidden>&raw");
  CHECK(shown("/x?TOKEN=abc&Api_Key=d#f") == "/x?TOKEN=<hidden>&Api_Key=<hidden>#f");
  CHECK(shown("Get \"http://h/?access_token=a&b=c\": EOF") == "Get \"http://h/?access_token=<hidden>&b=c\": EOF");
  CHECK(shown("http://h/?token=") == "http://h/?token=");
  CHECK(shown("http://h/?token") == "http://h/?token");
  CHECK(shown("http://h/?token=<hidden>") == "http://h/?token=<hidden>");
  CHECK(shown("http://user:pass@h:80/") == "http://user:<hidden>@h:80/");
  CHECK(shown("http://user:p@ss@h/?a=b") == "http://user:<hidden>@h/?a=b");
  CHECK(shown("http://user:***@h/") == "http://user:***@h/");
  CHECK(shown("http://user@h/") == "http://user@h/");
  CHECK(shown("http://h:80/a@b:c") == "http://h:80/a@b:c");
  CHECK(shown("two: http://a:b@c and https://d:e@f?token=g") ==
        "two: http://a:<hidden>@c and https://d:<hidden>@f?token=<hidden>");
  CHECK(shown("://") == "://");
  CHECK(shown("?") == "?");
  CHECK(shown("a?=b&=&&token=1") == "a?=b&=&&token=<hidden>");
}

TEST_CASE("a long text of nothing but secrets costs no more than its length") {
  for (const std::string each : {"://", "://a:b@", "?token=a", "&token=a&", "?&", "?a", "@://:"}) {
    std::string text;
    while (text.size() < 2 << 20) text += each;
    auto shown = without_url_secrets(text);
    CHECK(shown.find("token=a") == shown.npos);
  }
}

TEST_CASE("every text under a name that says secret is hidden, at any depth, and what is no text stays") {
  auto tree = nlohmann::json::parse(R"({
    "Name": "a", "ACLEnableKeyListPolicy": true, "ACLTokenTTL": "30s",
    "Config": {"Vault": {"Token": "s1", "AuthMethod": {"Params": {"secret_id": "s2", "list": [{"password": "s3"}]}}}},
    "credentials": {"user": "s4", "more": {"pass": ["s5", {"x": "s6"}], "port": 5}},
    "ACLTokens": {"DataDir": "/data", "ACLAgentToken": "s7"},
    "Check": {"Header": {"X-Any": ["s8", "s9"]}, "HTTP": "http://u:s10@h/?token=s11", "Interval": "1s"},
    "HTTPResponseHeaders": {"X-Frame": "deny"},
    "keys": ["s12", "s13"], "Watches": [{"type": "key", "token": "s14", "handler": ["curl http://h/?token=s15"]}]
  })");
  hide_secrets(tree);
  auto text = tree.dump();
  for (int n = 1; n <= 15; ++n) {
    CAPTURE(n, text);
    CHECK(text.find("\"s" + std::to_string(n) + "\"") == text.npos);
  }
  CHECK(text.find("s10") == text.npos);
  CHECK(text.find("s11") == text.npos);
  CHECK(text.find("s15") == text.npos);
  CHECK(tree["Name"] == "a");
  CHECK(tree["ACLEnableKeyListPolicy"] == true);
  CHECK(tree["ACLTokenTTL"] == "30s");
  CHECK(tree["ACLTokens"]["DataDir"] == "/data");
  CHECK(tree["Check"]["Header"]["X-Any"] == nlohmann::json({"hidden", "hidden"}));
  CHECK(tree["Check"]["HTTP"] == "http://u:<hidden>@h/?token=<hidden>");
  CHECK(tree["HTTPResponseHeaders"]["X-Frame"] == "deny");
  CHECK(tree["credentials"]["more"]["port"] == 5);
}
