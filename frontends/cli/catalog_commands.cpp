#include "frontends/cli/commands.hpp"
#include "frontends/cli/table.hpp"

#include <algorithm>

namespace praetor::cli {

namespace {

/// Prints "a=1, b=2", sorted by name.
std::string pairs_text(const go_json& object) {
  std::map<std::string, std::string> sorted;
  if (object.is_object())
    for (auto& [name, value] : object.items()) sorted[name] = value.is_string() ? value.get<std::string>() : "";
  std::string text;
  for (auto& [name, value] : sorted) text += (text.empty() ? "" : ", ") + name + "=" + value;
  return text;
}

/// Adds all -node-meta pairs to a request.
void add_node_meta(http_request& request, const std::map<std::string, std::string>& meta) {
  for (auto& [name, value] : meta) request.repeated_query.emplace_back("node-meta", name + ":" + value);
}

class catalog_datacenters final : public command {
  std::string_view usage() const override {
    return R"(Usage: consul catalog datacenters [options]

  Prints the names of all datacenters that are known, the nearest one first.
)";
  }
  api_flags takes() const override { return api_flags::client | api_flags::server; }

  int run() override {
    if (!arguments().empty()) return failed(too_many_arguments(arguments().size(), "0"));
    auto client = connect();
    if (!client) return 1;
    auto answer = client->json(get("/v1/catalog/datacenters"));
    if (!answer) return failed("Error listing datacenters: " + answer.error().text);
    for (auto& name : answer->body) out() << name.get<std::string>() << '\n';
    return 0;
  }
};

class catalog_nodes final : public command {
  std::string_view usage() const override {
    return R"(Usage: consul catalog nodes [options]

  Prints the nodes of a datacenter as a table.

      $ consul catalog nodes -detailed
      $ consul catalog nodes -service=web -near=_agent
      $ consul catalog nodes -node-meta=rack=7 -node-meta=os=linux
)";
  }
  api_flags takes() const override { return api_flags::client | api_flags::server | api_flags::partition; }

  void declare(flag_set& flags) override {
    flags.add_bool("detailed", detailed_, "Print whole IDs, tagged addresses and metadata too.");
    flags.add_string("filter", filter_, "Filter expression that a node has to meet.");
    flags.add_string("near", near_,
                     "Node by whose round trip times the list is sorted; _agent is the node of the agent asked.");
    flags.add_map("node-meta", node_meta_, "Metadata that a node has to have, as `key=value`. May be given often.");
    flags.add_string("service", service_, "List only nodes with an instance of this service, by `id or name`.");
  }

  int run() override {
    if (!arguments().empty()) return failed(too_many_arguments(arguments().size(), "0"));
    auto client = connect();
    if (!client) return 1;
    auto request = get(service_.empty() ? "/v1/catalog/nodes" : "/v1/catalog/service/" + service_);
    if (!near_.empty()) request.query["near"] = near_;
    if (!filter_.empty()) request.query["filter"] = filter_;
    add_node_meta(request, node_meta_);
    auto answer = client->read(std::move(request));
    if (!answer) return failed("Error listing nodes: " + answer.error().text);
    if (answer->body.empty()) {
      failed("No nodes match the given query - try expanding your search.");
      return 0;
    }
    out() << columnize(rows(answer->body)) << '\n';
    return 0;
  }

  table_rows rows(const go_json& nodes) {
    table_rows result{detailed_ ? std::vector<std::string>{"Node", "ID", "Address", "DC", "TaggedAddresses", "Meta"}
                                : std::vector<std::string>{"Node", "ID", "Address", "DC"}};
    bool of_service = !service_.empty();
    for (auto& node : nodes) {
      auto id = text_of(node, "ID");
      std::vector<std::string> row{text_of(node, "Node"), detailed_ ? id : id.substr(0, 8), text_of(node, "Address"),
                                   text_of(node, "Datacenter")};
      if (detailed_) {
        row.push_back(pairs_text(member_of(node, "TaggedAddresses")));
        row.push_back(pairs_text(member_of(node, of_service ? "NodeMeta" : "Meta")));
      }
      result.push_back(std::move(row));
    }
    return result;
  }

  bool detailed_ = false;
  std::string filter_, near_, service_;
  std::map<std::string, std::string> node_meta_;
};

class catalog_services final : public command {
  std::string_view usage() const override {
    return R"(Usage: consul catalog services [options]

  Prints the names of the services of a datacenter, or of one node.

      $ consul catalog services -tags
      $ consul catalog services -node=web-1
)";
  }
  api_flags takes() const override { return api_flags::all; }

  void declare(flag_set& flags) override {
    flags.add_string("node", node_, "List only the services of the node with this `id or name`.");
    flags.add_map("node-meta", node_meta_, "Metadata that a node has to have, as `key=value`. May be given often.");
    flags.add_bool("tags", tags_, "Print the tags beside the names.");
  }

  int run() override {
    if (!arguments().empty()) return failed(too_many_arguments(arguments().size(), "0"));
    auto client = connect();
    if (!client) return 1;
    auto request = get(node_.empty() ? "/v1/catalog/services" : "/v1/catalog/node/" + node_);
    add_node_meta(request, node_meta_);
    auto answer = client->read(std::move(request));
    if (!answer) return failed("Error listing services: " + answer.error().text);
    auto services = collect(answer->body);
    if (services.empty()) {
      failed("No services match the given query - try expanding your search.");
      return 0;
    }
    table_rows rows;
    for (auto& [name, tags] : services) {
      std::sort(tags.begin(), tags.end());
      std::string joined;
      for (auto& tag : tags) joined += (&tag == tags.data() ? "" : ",") + tag;
      rows.push_back(tags_ ? std::vector<std::string>{name, joined} : std::vector<std::string>{name});
    }
    auto text = tabwriter(rows, 6);
    text.erase(text.find_last_not_of(" \n") + 1);
    out() << text << '\n';
    return 0;
  }

  std::map<std::string, std::vector<std::string>> collect(const go_json& body) const {
    std::map<std::string, std::vector<std::string>> services;
    auto add = [&](const std::string& name, const go_json& tags) {
      auto& all = services[name];
      for (auto& tag : tags)
        if (std::find(all.begin(), all.end(), tag.get<std::string>()) == all.end()) all.push_back(tag);
    };
    if (!body.is_object()) return services;
    if (node_.empty()) {
      for (auto& [name, tags] : body.items()) add(name, tags);
    } else if (auto& list = member_of(body, "Services"); list.is_object()) {
      for (auto& [id, service] : list.items()) add(text_of(service, "Service"), member_of(service, "Tags"));
    }
    return services;
  }

  std::string node_;
  std::map<std::string, std::string> node_meta_;
  bool tags_ = false;
};

} // namespace

std::unique_ptr<command> make_catalog_datacenters() { return std::make_unique<catalog_datacenters>(); }
std::unique_ptr<command> make_catalog_nodes() { return std::make_unique<catalog_nodes>(); }
std::unique_ptr<command> make_catalog_services() { return std::make_unique<catalog_services>(); }

} // namespace praetor::cli
