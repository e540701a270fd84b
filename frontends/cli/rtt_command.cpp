#include "frontends/cli/commands.hpp"
#include "protocol/types/coordinate.hpp"

#include <cstdio>
#include <optional>

namespace praetor::cli {

namespace {

coordinate read_coordinate(const go_json& json) {
  auto real = [&](const char* name) {
    auto& value = member_of(json, name);
    return value.is_number() ? value.get<double>() : 0.0;
  };
  coordinate result{{}, real("Error"), real("Adjustment"), real("Height")};
  for (auto& part : member_of(json, "Vec")) result.vec.push_back(part.get<double>());
  return result;
}

class rtt final : public command {
  std::string_view usage() const override {
    return R"(Usage: consul rtt [options] node1 [node2]

  Estimates the round trip time between two nodes from their network
  coordinates. Without a second node the agent's own is taken.

      $ consul rtt web-1 web-2
      $ consul rtt -wan server-1.east server-1.west
)";
  }
  void declare(flag_set& flags) override {
    flags.add_bool("wan", wan_, "Take the servers' coordinates between datacenters; names are NODE.DATACENTER.");
  }

  int run() override {
    auto& args = arguments();
    if (args.empty() || args.size() > 2) return misused("One or two node names must be specified");
    auto client = connect();
    if (!client) return 1;
    return wan_ ? between_datacenters(*client) : within_datacenter(*client);
  }

  int within_datacenter(agent_client& client) {
    auto first = arguments()[0];
    auto second = second_node(client, "NodeName");
    if (!second) return failed("Unable to look up agent info: " + second.error().text);
    auto nodes = client.json(get("/v1/coordinate/nodes"));
    if (!nodes) return failed("Error getting coordinates: " + nodes.error().text);
    auto find = [&](const std::string& name) -> std::optional<coordinate> {
      for (auto& node : nodes->body)
        if (text_of(node, "Node") == name) return read_coordinate(member_of(node, "Coord"));
      return std::nullopt;
    };
    return print(first, find(first), *second, find(*second), "LAN");
  }

  int between_datacenters(agent_client& client) {
    auto split = [](const std::string& name) {
      auto dot = name.rfind('.');
      return dot == std::string::npos ? std::pair{name, std::string{}}
                                      : std::pair{name.substr(0, dot), name.substr(dot + 1)};
    };
    constexpr auto shape = "Node names must be specified as <node name>.<datacenter> with -wan";
    auto first = arguments()[0];
    if (split(first).second.empty()) return failed(shape);
    auto second = second_node(client, nullptr);
    if (!second) return failed("Unable to look up agent info: " + second.error().text);
    if (split(*second).second.empty()) return failed(shape);
    auto areas = client.json(get("/v1/coordinate/datacenters"));
    if (!areas) return failed("Error getting coordinates: " + areas.error().text);
    auto find = [&](const std::string& full) -> std::optional<coordinate> {
      auto [node, datacenter] = split(full);
      for (auto& area : areas->body) {
        if (text_of(area, "Datacenter") != datacenter) continue;
        for (auto& each : member_of(area, "Coordinates"))
          if (text_of(each, "Node") == node) return read_coordinate(member_of(each, "Coord"));
      }
      return std::nullopt;
    };
    // If one of the two is unknown, the first one is named.
    auto a = find(first), b = find(*second);
    return print(first, b ? a : std::nullopt, *second, b, "WAN");
  }

  /// The second argument, or the agent's own node (as NODE.DATACENTER without `member`).
  expected<std::string> second_node(agent_client& client, const char* member) {
    if (arguments().size() == 2) return arguments()[1];
    auto self = client.json(get("/v1/agent/self"));
    if (!self) return tl::make_unexpected(self.error());
    auto& config = member_of(self->body, "Config");
    if (member) return text_of(config, member);
    return text_of(config, "NodeName") + "." + text_of(config, "Datacenter");
  }

  int print(const std::string& first, const std::optional<coordinate>& a, const std::string& second,
            const std::optional<coordinate>& b, const char* source) {
    if (!a) return failed("Could not find a coordinate for node \"" + first + "\"");
    if (!b) return failed("Could not find a coordinate for node \"" + second + "\"");
    if (!compatible(*a, *b))
      return failed("The coordinates of " + first + " and " + second + " have different numbers of dimensions");
    char milliseconds[64];
    std::snprintf(milliseconds, sizeof milliseconds, "%.3f", static_cast<double>(distance(*a, *b).count()) / 1e6);
    out() << "Estimated " << first << " <-> " << second << " rtt: " << milliseconds << " ms (using " << source
          << " coordinates)\n";
    return 0;
  }

  bool wan_ = false;
};

} // namespace

std::unique_ptr<command> make_rtt() { return std::make_unique<rtt>(); }

} // namespace praetor::cli
