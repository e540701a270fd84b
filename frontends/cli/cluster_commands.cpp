#include "frontends/cli/commands.hpp"
#include "protocol/filter/regexp.hpp"

#include <map>

namespace praetor::cli {

namespace {

class join final : public command {
  std::string_view usage() const override {
    return R"(Usage: consul join [options] address ...

  Tells a running agent to join the cluster that has members at the addresses
  given. One reachable member is enough.
)";
  }
  api_flags takes() const override { return api_flags::client | api_flags::partition; }
  void declare(flag_set& flags) override {
    flags.add_bool("wan", wan_, "Join the pool of the servers of all datacenters.");
  }

  int run() override {
    if (arguments().empty()) return misused("At least one address to join must be specified.");
    auto client = connect();
    if (!client) return 1;
    std::size_t joined = 0;
    for (auto& address : arguments()) {
      auto request = put("/v1/agent/join/" + address);
      if (wan_) request.query["wan"] = "1";
      if (auto done = client->ok(std::move(request)); !done)
        failed("Error joining address '" + address + "': " + done.error().text);
      else
        ++joined;
    }
    if (joined == 0) return failed("Failed to join any nodes.");
    out() << "Successfully joined cluster by contacting " << joined << " nodes.\n";
    return 0;
  }
  bool wan_ = false;
};

class leave final : public command {
  std::string_view usage() const override {
    return R"(Usage: consul leave [options]

  Makes the agent leave the cluster gracefully and end.
)";
  }

  int run() override {
    if (auto& args = arguments(); !args.empty()) {
      std::string list;
      for (auto& arg : args) list += (list.empty() ? "" : " ") + arg;
      out() << help();
      return failed("Error found unexpected args: [" + list + "]");
    }
    auto client = connect();
    if (!client) return 1;
    auto done = client->ok(put("/v1/agent/leave"));
    // The agent may stop before its answer is sent.
    if (!done && done.error().code != error_code::disconnected) return failed("Error leaving: " + done.error().text);
    out() << "Graceful leave complete\n";
    return 0;
  }
};

class force_leave final : public command {
  std::string_view usage() const override {
    return R"(Usage: consul force-leave [options] name

  Marks a failed member as one that left, so that nobody tries to reach it any
  more. A member that is alive comes back by itself.
)";
  }
  api_flags takes() const override { return api_flags::client | api_flags::partition; }
  void declare(flag_set& flags) override {
    flags.add_bool("prune", prune_, "Forget the member altogether.");
    flags.add_bool("wan", wan_, "Do it in the pool of the servers of all datacenters.");
  }

  int run() override {
    if (arguments().size() != 1) return misused("A single node name must be specified to force leave.");
    auto client = connect();
    if (!client) return 1;
    auto request = put("/v1/agent/force-leave/" + arguments()[0]);
    if (prune_) request.query["prune"] = "1";
    if (wan_) request.query["wan"] = "1";
    auto done = client->ok(std::move(request));
    return done ? 0 : failed("Error force leaving: " + done.error().text);
  }
  bool prune_ = false, wan_ = false;
};

class reload final : public command {
  std::string_view usage() const override {
    return R"(Usage: consul reload

  Makes the agent read its configuration again, as SIGHUP does.
)";
  }

  int run() override {
    auto client = connect();
    if (!client) return 1;
    if (auto done = client->ok(put("/v1/agent/reload")); !done) return failed("Error reloading: " + done.error().text);
    out() << "Configuration reload triggered\n";
    return 0;
  }
};

class info final : public command {
  std::string_view usage() const override {
    return R"(Usage: consul info [options]

  Prints what the agent knows about its own state, for the one who operates it.
)";
  }

  int run() override {
    auto client = connect();
    if (!client) return 1;
    auto answer = client->json(get("/v1/agent/self"));
    if (!answer) return failed("Error querying agent: " + answer.error().text);
    auto& stats = member_of(answer->body, "Stats");
    std::map<std::string, std::map<std::string, std::string>> sections;
    if (stats.is_object())
      for (auto& [section, values] : stats.items())
        for (auto& [name, value] : values.items())
          sections[section][name] = value.is_string() ? value.get<std::string>() : value.dump();
    for (auto& [section, values] : sections) {
      out() << section << ":\n";
      for (auto& [name, value] : values) out() << '\t' << name << " = " << value << '\n';
    }
    return 0;
  }
};

class maint final : public command {
  std::string_view usage() const override {
    return R"(Usage: consul maint [options]

  Takes a node or one of its services out of service discovery and back in.
  Without -enable or -disable what is in maintenance is listed.

      $ consul maint -enable -reason="new disks"
      $ consul maint -enable -service=web-1
      $ consul maint -disable
)";
  }
  void declare(flag_set& flags) override {
    flags.add_bool("enable", enable_, "Start maintenance.");
    flags.add_bool("disable", disable_, "End maintenance.");
    flags.add_string("reason", reason_, "Text that says why; for people.");
    flags.add_string("service", service_, "ID of a service of the agent, if the node as a whole isn't meant.");
  }

  int run() override {
    if (enable_ && disable_) return failed("Only one of -enable or -disable may be provided");
    if (!enable_ && !reason_.empty()) return failed("Reason may only be provided with -enable");
    if (!enable_ && !disable_ && !service_.empty()) return failed("Service requires either -enable or -disable");
    auto client = connect();
    if (!client) return 1;
    return enable_ || disable_ ? change(*client) : list(*client);
  }

  int change(agent_client& client) {
    auto request = put(service_.empty() ? "/v1/agent/maintenance" : "/v1/agent/service/maintenance/" + service_);
    request.query["enable"] = enable_ ? "true" : "false";
    if (enable_) request.query["reason"] = reason_;
    std::string verb = enable_ ? "enabl" : "disabl";
    if (auto done = client.ok(std::move(request)); !done)
      return failed("Error " + verb + "ing " + (service_.empty() ? "node" : "service") +
                    " maintenance: " + done.error().text);
    if (service_.empty())
      out() << "Node maintenance is now " << verb << "ed\n";
    else
      out() << "Service maintenance is now " << verb << "ed for \"" << service_ << "\"\n";
    return 0;
  }

  int list(agent_client& client) {
    auto self = client.json(get("/v1/agent/self"));
    if (!self) return failed("Error querying Consul agent: " + self.error().text);
    auto checks = client.json(get("/v1/agent/checks"));
    if (!checks) return failed("Error getting checks: " + checks.error().text);
    constexpr std::string_view of_service = "_service_maintenance:";
    for (auto& [id, check] : checks->body.items()) {
      if (id == "_node_maintenance")
        out() << "Node:\n  Name:   " << text_of(member_of(self->body, "Config"), "NodeName")
              << "\n  Reason: " << text_of(check, "Notes") << "\n\n";
      else if (id.starts_with(of_service))
        out() << "Service:\n  ID:     " << text_of(check, "ServiceID") << "\n  Reason: " << text_of(check, "Notes")
              << "\n\n";
    }
    return 0;
  }

  bool enable_ = false, disable_ = false;
  std::string reason_, service_;
};

class event final : public command {
  std::string_view usage() const override {
    return R"(Usage: consul event [options] [payload]

  Sends a user event to the agents of a datacenter, or to those that the
  regular expressions of the flags choose.

      $ consul event -name=deploy -service=web 1.7.3
)";
  }
  void declare(flag_set& flags) override {
    flags.add_string("name", name_, "Name of the event.");
    flags.add_string("node", node_, "Regular expression for the names of nodes.");
    flags.add_string("service", service_, "Regular expression for the names of services.");
    flags.add_string("tag", tag_, "Regular expression for tags of services; needs -service.");
  }

  int run() override {
    auto& args = arguments();
    if (name_.empty()) return misused("Event name must be specified");
    for (auto& [what, pattern] : {std::pair{"node", node_}, {"service", service_}, {"tag", tag_}})
      if (filter::regexp compiled(pattern); !compiled.error().empty())
        return failed(std::string("Failed to compile ") + what + " filter regexp: " + compiled.error());
    if (!tag_.empty() && service_.empty()) return failed("Cannot provide tag filter without service filter.");
    if (args.size() > 1) return misused("Too many command line arguments.");
    auto client = connect();
    if (!client) return 1;
    // Queried first only to distinguish an unreachable agent from a rejected event.
    if (auto self = client->json(get("/v1/agent/self")); !self)
      return failed("Error querying Consul agent: " + self.error().text);
    auto request = put("/v1/event/fire/" + name_, args.empty() ? "" : args[0]);
    for (auto& [what, pattern] : {std::pair{"node", node_}, {"service", service_}, {"tag", tag_}})
      if (!pattern.empty()) request.query[what] = pattern;
    auto answer = client->json(std::move(request));
    if (!answer) return failed("Error firing event: " + answer.error().text);
    out() << "Event ID: " << text_of(answer->body, "ID") << '\n';
    return 0;
  }
  std::string name_, node_, service_, tag_;
};

} // namespace

std::unique_ptr<command> make_join() { return std::make_unique<join>(); }
std::unique_ptr<command> make_leave() { return std::make_unique<leave>(); }
std::unique_ptr<command> make_force_leave() { return std::make_unique<force_leave>(); }
std::unique_ptr<command> make_reload() { return std::make_unique<reload>(); }
std::unique_ptr<command> make_info() { return std::make_unique<info>(); }
std::unique_ptr<command> make_maint() { return std::make_unique<maint>(); }
std::unique_ptr<command> make_event() { return std::make_unique<event>(); }

} // namespace praetor::cli
