#include "frontends/cli/commands.hpp"
#include "frontends/cli/table.hpp"

namespace praetor::cli {

namespace {

/// The base of all Raft and operator commands: the same flags and the same error texts.
class raft_command : public command {
  api_flags takes() const override { return api_flags::client | api_flags::server; }
  refusal on_refusal() const override { return refusal::failed_to_parse_args; }
};

class raft_list_peers final : public raft_command {
  std::string_view usage() const override {
    return R"(Usage: consul operator raft list-peers [options]

  Prints the servers of the Raft configuration and how far each has come.
)";
  }

  int run() override {
    auto client = connect();
    if (!client) return 1;
    auto answer = client->read(get("/v1/operator/raft/configuration"));
    if (!answer) return failed("Error getting peers: Failed to retrieve raft configuration: " + answer.error().text);
    auto& servers = member_of(answer->body, "Servers");
    std::uint64_t leader_index = 0;
    for (auto& server : servers)
      if (flag_of(server, "Leader")) leader_index = number_of(server, "LastIndex");
    table_rows rows{{"Node", "ID", "Address", "State", "Voter", "RaftProtocol", "Commit Index", "Trails Leader By"}};
    for (auto& server : servers) {
      bool leader = flag_of(server, "Leader");
      auto index = number_of(server, "LastIndex");
      auto behind = static_cast<std::int64_t>(leader_index - index);
      auto protocol = text_of(server, "ProtocolVersion");
      rows.push_back({text_of(server, "Node"), text_of(server, "ID"), text_of(server, "Address"),
                      leader ? "leader" : "follower", flag_of(server, "Voter") ? "true" : "false",
                      protocol.empty() ? "<=1" : protocol, std::to_string(index),
                      leader ? "-" : std::to_string(behind) + (behind == 1 ? " commit" : " commits")});
    }
    out() << columnize(rows) << '\n';
    return 0;
  }
};

class raft_remove_peer final : public raft_command {
  std::string_view usage() const override {
    return R"(Usage: consul operator raft remove-peer [options]

  Takes a server out of the Raft configuration. That is needed only for a server
  that is gone for good and that nobody could ask to leave.
)";
  }
  void declare(flag_set& flags) override {
    flags.add_string("address", address_, "Address of the server, IP:PORT.");
    flags.add_string("id", id_, "ID of the server.");
  }

  int run() override {
    auto client = connect();
    if (!client) return 1;
    if (address_.empty() && id_.empty())
      return failed("Error removing peer: an address or id is required for the peer to remove");
    if (!address_.empty() && !id_.empty()) return failed("Error removing peer: cannot give both an address and id");
    auto request = get("/v1/operator/raft/peer");
    request.method = "DELETE";
    request.query[address_.empty() ? "id" : "address"] = address_.empty() ? id_ : address_;
    if (auto done = client->ok(std::move(request)); !done) return failed("Error removing peer: " + done.error().text);
    if (address_.empty())
      out() << "Removed peer with id \"" << id_ << "\"\n";
    else
      out() << "Removed peer with address \"" << address_ << "\"\n";
    return 0;
  }
  std::string address_, id_;
};

class raft_transfer_leader final : public raft_command {
  std::string_view usage() const override {
    return R"(Usage: consul operator raft transfer-leader [options]

  Hands leadership over to another server.
)";
  }
  void declare(flag_set& flags) override {
    flags.add_string("id", id_, "ID of the server to become leader; without it Raft chooses.");
  }

  int run() override {
    auto client = connect();
    if (!client) return 1;
    auto request = put("/v1/operator/raft/transfer-leader");
    request.method = "POST";
    if (!id_.empty()) request.query["id"] = id_;
    auto answer = client->json(std::move(request));
    if (!answer) return failed("Error transfering leadership: Failed to transfer leadership " + answer.error().text);
    if (!flag_of(answer->body, "Success")) return failed("Error transfering leadership: Failed to transfer leadership");
    out() << "Success\n";
    return 0;
  }
  std::string id_;
};

} // namespace

std::unique_ptr<command> make_raft_list_peers() { return std::make_unique<raft_list_peers>(); }
std::unique_ptr<command> make_raft_remove_peer() { return std::make_unique<raft_remove_peer>(); }
std::unique_ptr<command> make_raft_transfer_leader() { return std::make_unique<raft_transfer_leader>(); }

} // namespace praetor::cli
