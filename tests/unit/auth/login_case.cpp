#include "login_case.hpp"

#include "protocol/codec/json_read.hpp"

#include <catch2/catch.hpp>
#include <optional>

using namespace praetor;

acl_auth_method method_of(const std::string& type, const std::string& config) {
  acl_auth_method out;
  out.name = "m";
  out.type = type;
  auto read = json::read<free_form>(config, {.whole_text = true});
  REQUIRE(read);
  out.config = std::move(*read);
  return out;
}

fetch_function fake_servers::fetch() {
  return [this](outbound_request request, std::function<void(outbound_reply)> done) {
    auto found = replies.find(request.url);
    outbound_reply reply;
    if (found == replies.end())
      reply.failure = "Get " + praetor::quoted(request.url) + ": connection refused";
    else
      reply = found->second;
    requests.push_back(std::move(request));
    done(std::move(reply));
  };
}

outbound_reply fake_servers::json(std::string body) {
  return {.code = 200, .status = "200 OK", .content_type = "application/json", .body = std::move(body)};
}

made_validator make_validator(const acl_auth_method& method, fake_servers& servers) {
  made_validator out;
  bool called = false;
  acl::auth::validator::make(method, servers.fetch(), [&](expected<acl::auth::validator_ptr> made) {
    called = true;
    if (made)
      out.validator = *made;
    else
      out.error = "error: " + made.error().text;
  });
  CHECK(called);
  return out;
}

std::string login(const made_validator& by, const std::string& bearer, fake_servers& servers,
                  std::chrono::seconds now) {
  REQUIRE(by.validator);
  std::string out = "no answer";
  by.validator->verify(bearer, now, servers.fetch(), [&](expected<acl::auth::identity> who) {
    out = who ? std::string() : "error: " + who.error().text;
    if (!who) return;
    for (const auto& [name, value] : who->variables) out += (out.empty() ? "" : " ") + name + "=" + value;
  });
  return out;
}
