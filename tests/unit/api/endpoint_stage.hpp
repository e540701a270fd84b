#pragma once

#include "actors/ports.hpp"
#include "actors/registry/registration.hpp"
#include "frontends/api/dispatcher.hpp"
#include "frontends/api/environment.hpp"
#include "protocol/codec/command.hpp"
#include "storage/state/transaction.hpp"
#include "tests/unit/support/virtual_system.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace praetor::api {

/// A client's request and its answer.
struct asked {
  unsigned status = 0; ///< 0: not answered yet
  std::string body;
  std::string lines; ///< header lines, including separate ones
  int answers = 0;

  bool answered() const { return status != 0; }
  bool has(std::string_view text) const { return body.find(text) != body.npos; }
  bool filtered() const { return lines.find("X-Consul-Results-Filtered-By-Acls: true") != lines.npos; }
  std::uint64_t index() const;
};
using asked_ptr = std::shared_ptr<asked>;

/// One request of a script and the expected answer.
struct expectation {
  std::string request; ///< "PUT /v1/kv/a?cas=1", decoded
  std::string body;
  unsigned status = 200;
  std::string answer = "..."; ///< the whole body; after "..." a part of it
  std::string line = {};      ///< an expected header line; after "!" a text that no line may have
  std::string rules = {};     ///< of the request's token; "*": everything is allowed, "": no token
  std::string headers = {};   ///< of the request, "accept: text/plain"
};

/// The endpoints of a single server that leads, in virtual time and without sockets. Commands are applied and published
/// at once. ACLs are enabled with default deny, unless the stage is open.
class endpoint_stage : public virtual_system {
public:
  enum class access { guarded, open };
  explicit endpoint_stage(access who = access::guarded);
  ~endpoint_stage();
  endpoint_stage(const endpoint_stage&) = delete;

  /// Writes to the state directly, bypassing the endpoints.
  template <class Request>
  void write(command_type type, const Request& request) {
    auto done = apply(pack_command(type, request));
    INFO(done.error);
    REQUIRE(done.ok());
  }
  /// Creates a token with these rules. @returns its secret
  std::string token(const std::string& rules);
  /// Creates the anonymous token, after which unknown tokens are rejected at once.
  void write_anonymous_token();
  /// A token that may do everything.
  std::string root() const { return "root"; }

  /// Sends a request and runs all actors.
  /// @param target decoded path and query: "/v1/kv/a?recurse"
  asked_ptr send(const std::string& method, const std::string& target, const std::string& token = {},
                 const std::string& body = {});
  /// Sends requests one after the other and compares their answers.
  void play(const std::vector<expectation>& script);
  asked get(const std::string& target, const std::string& token = {}) { return *send("GET", target, token); }
  asked put(const std::string& target, const std::string& body, const std::string& token = {}) {
    return *send("PUT", target, token, body);
  }

  api::environment& environment() { return *env_; }
  const dispatcher& routes() const { return *routes_; }

  /// Publishes a service registered with the agent.
  void own_service(const std::string& id, const std::string& name);
  void own_check(const std::string& id, const std::string& service_id);

  std::vector<std::string> proposed;          ///< commands that endpoints proposed
  bool applying = false;                      ///< the actor that applies is at work
  std::vector<service_registration> services; ///< that the registry was given
  std::vector<check_registration> checks;     ///< likewise
  std::vector<std::string> changes;           ///< of the registry: "remove service web", "set c passing"
  agent_view_ptr view = std::make_shared<agent_view>();

private:
  void set_up_view(bool guarded);
  static request request_of(const std::string& method, const std::string& target, const std::string& token,
                            const std::string& body);
  asked_ptr handle(request req);
  std::string token_with(const std::string& rules);
  state::apply_result apply(const std::string& command);

  std::shared_ptr<ports> outside_ = std::make_shared<ports>();
  std::vector<caf::strong_actor_ptr> actors_;
  std::unique_ptr<api::environment> env_;
  std::unique_ptr<dispatcher> routes_;
  state::retired_parts retired_;
  std::uint64_t index_ = 10;
  unsigned tokens_ = 0;
  std::map<std::string, std::string> by_rules_; ///< secrets of tokens in scripts
};

} // namespace praetor::api
