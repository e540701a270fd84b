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

/// A client's request and what came of it.
struct asked {
  unsigned status = 0; ///< 0: not answered yet
  std::string body;
  std::string lines; ///< header lines, those that stand apart included
  int answers = 0;

  bool answered() const { return status != 0; }
  bool has(std::string_view text) const { return body.find(text) != body.npos; }
  bool filtered() const { return lines.find("X-Consul-Results-Filtered-By-Acls: true") != lines.npos; }
  std::uint64_t index() const;
};
using asked_ptr = std::shared_ptr<asked>;

/// One request of a script and what has to come of it.
struct expectation {
  std::string request; ///< "PUT /v1/kv/a?cas=1", decoded
  std::string body;
  unsigned status = 200;
  std::string answer = "..."; ///< the whole body; after "..." a part of it
  std::string line = {};      ///< a header line that is there; after "!" a text that no line has
  std::string rules = {};     ///< of the token that it is made with; "*": everything is allowed, "": no token
  std::string headers = {};   ///< that it has, "accept: text/plain"
};

/// The endpoints of a server that leads alone, in virtual time and without sockets. Commands are applied and published
/// at once. Access control is on, with a default of denial, unless the stage is open.
class endpoint_stage : public virtual_system {
public:
  enum class access { guarded, open };
  explicit endpoint_stage(access who = access::guarded);
  ~endpoint_stage();
  endpoint_stage(const endpoint_stage&) = delete;

  /// Writes into the state, past the endpoints.
  template <class Request>
  void write(command_type type, const Request& request) {
    auto done = apply(pack_command(type, request));
    INFO(done.error);
    REQUIRE(done.ok());
  }
  /// Makes a token whose holder may do what the rules say. @returns its secret
  std::string token(const std::string& rules);
  /// Makes the anonymous token, after which no unknown token is waited for.
  void write_anonymous_token();
  /// Token of who may do everything.
  std::string root() const { return "root"; }

  /// Sends a request and lets all actors run.
  /// @param target path and query, both as they are after decoding: "/v1/kv/a?recurse"
  asked_ptr send(const std::string& method, const std::string& target, const std::string& token = {},
                 const std::string& body = {});
  /// Makes requests one after the other and compares what comes of each.
  void play(const std::vector<expectation>& script);
  asked get(const std::string& target, const std::string& token = {}) { return *send("GET", target, token); }
  asked put(const std::string& target, const std::string& body, const std::string& token = {}) {
    return *send("PUT", target, token, body);
  }

  api::environment& environment() { return *env_; }
  const dispatcher& routes() const { return *routes_; }

  /// Publishes what the agent itself has registered.
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
  std::map<std::string, std::string> by_rules_; ///< secrets of the tokens of scripts
};

} // namespace praetor::api
