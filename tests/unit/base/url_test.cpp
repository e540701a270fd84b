#include "protocol/base/url.hpp"

#include <catch2/catch.hpp>
#include <vector>

using namespace praetor;

namespace {

/// "scheme|user:password|host|port|target"; "-" for a missing user or password.
std::string shown(const parsed_url& url) {
  return url.scheme + "|" + url.user.value_or("-") + ":" + url.password.value_or("-") + "|" + url.host + "|" +
         url.port + "|" + url.target;
}

} // namespace

TEST_CASE("a URL is taken apart into what a request needs") {
  struct row {
    std::string_view text, parts;
  };
  for (const auto& r : std::vector<row>{
           {"http://web.example", "http|-:-|web.example|80|/"},
           {"HTTPS://Web.Example/A/b?c=D", "https|-:-|Web.Example|443|/A/b?c=D"},
           {"http://web.example:8080/", "http|-:-|web.example|8080|/"},
           {"http://web.example:/", "http|-:-|web.example|80|/"},
           {"http://web.example?q", "http|-:-|web.example|80|/?q"},
           {"http://web.example/a#b?c", "http|-:-|web.example|80|/a"},
           {"http://[fd00::1]/", "http|-:-|fd00::1|80|/"},
           {"https://[fd00::1]:8443/x", "https|-:-|fd00::1|8443|/x"},
           {"https://[fd00::1]:", "https|-:-|fd00::1|443|/"},
           {"http://me@web.example/", "http|me:-|web.example|80|/"},
           {"http://me:@web.example/", "http|me:|web.example|80|/"},
           {"http://m%40e:p%3Aa:s@s@web.example/", "http|m@e:p:a:s@s|web.example|80|/"},
           {"http://h%6Fst/", "http|-:-|host|80|/"},
           {"http://host/a b\"<>\\^`{|}%20\xc3\xa9", "http|-:-|host|80|/a%20b%22%3C%3E%5C%5E%60%7B%7C%7D%20%C3%A9"},
           {"socks5://proxy.example", "socks5|-:-|proxy.example|80|/"},
           {"http:///a", "http|-:-||80|/a"},
           {"//host:81/a", "|-:-|host|81|/a"},
           {"/a/b:c", "|-:-|||/a/b:c"},
       }) {
    CAPTURE(r.text);
    auto url = parse_url(r.text);
    REQUIRE(url);
    CHECK(shown(*url) == r.parts);
    CHECK(url->text == r.text);
  }
  CHECK(parse_url("http://me:pass@[fd00::1]:81/")->host_field == "[fd00::1]:81");
}

TEST_CASE("a text that is no URL is refused in Go's words") {
  struct row {
    std::string_view text, why;
  };
  for (const auto& r : std::vector<row>{
           {"http://a/\n", "parse \"http://a/\\n\": net/url: invalid control character in URL"},
           {"http://a/\x7f", "parse \"http://a/\\x7f\": net/url: invalid control character in URL"},
           {"://a", "parse \"://a\": missing protocol scheme"},
           {"127.0.0.1:80", "parse \"127.0.0.1:80\": first path segment in URL cannot contain colon"},
           {"1http://a", "parse \"1http://a\": first path segment in URL cannot contain colon"},
           {"http://[::1", "parse \"http://[::1\": missing ']' in host"},
           {"http://[::1]x", "parse \"http://[::1]x\": invalid port \"x\" after host"},
           {"http://[::1]:8x", "parse \"http://[::1]:8x\": invalid port \":8x\" after host"},
           {"http://a:b/", "parse \"http://a:b/\": invalid port \":b\" after host"},
           {"http://a:-1/", "parse \"http://a:-1/\": invalid port \":-1\" after host"},
       }) {
    CAPTURE(r.text);
    auto url = parse_url(r.text);
    REQUIRE_FALSE(url);
    CHECK(url.error() == r.why);
  }
}

TEST_CASE("a URL is cut where its parts end") {
  struct row {
    std::string_view text, scheme, authority, rest;
  };
  for (const auto& r : std::vector<row>{{"http://host:80/a?b", "http", "host:80", "/a?b"},
                                        {"h+t-t.p1://host?a/b", "h+t-t.p1", "host", "?a/b"},
                                        {"http:path", "http", "none", "path"},
                                        {"http://", "http", "", ""},
                                        {"//host", "", "host", ""},
                                        {"ht tp://host", "", "none", "ht tp://host"},
                                        {"", "", "none", ""}}) {
    CAPTURE(r.text);
    auto parts = split_url(r.text);
    CHECK(parts.scheme == r.scheme);
    CHECK(parts.authority.value_or("none") == r.authority);
    CHECK(parts.rest == r.rest);
  }
}

TEST_CASE("a redirection means a place relative to its page") {
  auto base = *parse_url("https://me:pass@host:81/a/b?c=d");
  struct row {
    std::string reference, url;
  };
  for (const auto& r : std::vector<row>{{"http://other/x", "http://other/x"},
                                        {"//other/x", "https://other/x"},
                                        {"/x?y", "https://host:81/x?y"},
                                        {"x?y", "https://host:81/a/x?y"},
                                        {"../x", "https://host:81/a/../x"},
                                        {"?y", "https://host:81/a/b?y"},
                                        {"", "https://host:81/a/b"}}) {
    CAPTURE(r.reference);
    CHECK(resolve_reference(base, r.reference) == r.url);
  }
}

TEST_CASE("escapes are decoded, and a bad one is refused or stands for itself") {
  std::string out = "before";
  CHECK(percent_decode("a%20b+%2f%2F", false, out));
  CHECK(out == "a b+//");
  CHECK(percent_decode("a+%2b", true, out));
  CHECK(out == "a +");
  for (auto bad : {"%", "%4", "a%zz", "%-1", "%4g"}) {
    CAPTURE(bad);
    CHECK_FALSE(percent_decode(bad, false, out));
    CHECK(percent_decoded(bad) == bad);
  }
  CHECK(percent_decoded("%41%zz%42%") == "A%zzB%");
}

TEST_CASE("every byte comes back from its escape") {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  auto escaped = percent_encoded(all, is_unreserved);
  CHECK(escaped.size() == 66 + 3 * (256 - 66));
  CHECK(percent_decoded(escaped) == all);
}

TEST_CASE("a host and a port are joined with brackets around an IPv6 address, and taken apart again") {
  struct row {
    std::string host, port, address;
  };
  for (const auto& r : std::vector<row>{{"10.0.0.1", "80", "10.0.0.1:80"},
                                        {"web.example", "http", "web.example:http"},
                                        {"fe80::1", "80", "[fe80::1]:80"},
                                        {"", "80", ":80"},
                                        {"", "", ":"}}) {
    CAPTURE(r.address);
    CHECK(join_host_port(r.host, r.port) == r.address);
    auto parts = split_host_port(r.address);
    REQUIRE(parts);
    CHECK(parts->host == r.host);
    CHECK(parts->port == r.port);
  }
  CHECK(split_host_port("host").error() == "address host: missing port in address");
  CHECK(split_host_port("[::1]").error() == "address [::1]: missing port in address");
  CHECK(split_host_port("::1:80").error() == "address ::1:80: too many colons in address");
}
