#include "actors/access/agent_tokens.hpp"

#include "protocol/codec/json_read.hpp"
#include "protocol/codec/json_write.hpp"
#include "protocol/config/runtime_config.hpp"

namespace praetor {

namespace {

constexpr const char* file_name = "acl-tokens.json";
constexpr unsigned file_mode = 0600;

/// The layout of the file, shared with Consul's agents (agent/token/persistence.go).
struct token_file {
  std::string replication, agent_recovery, agent_master, default_token, agent, file_registration, dns;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"replication", omit_empty}, x.replication);
    f(field{"agent_recovery", omit_empty}, x.agent_recovery);
    f(field{"agent_master", omit_empty}, x.agent_master); // an earlier name of the recovery token
    f(field{"default", omit_empty}, x.default_token);
    f(field{"agent", omit_empty}, x.agent);
    f(field{"config_file_service_registration", omit_empty}, x.file_registration);
    f(field{"dns", omit_empty}, x.dns);
  }
};

using secrets = std::array<std::string, token_uses>;

secrets in_order(token_file f) {
  if (f.agent_recovery.empty()) f.agent_recovery = std::move(f.agent_master);
  return {std::move(f.default_token),     std::move(f.agent), std::move(f.agent_recovery), std::move(f.replication),
          std::move(f.file_registration), std::move(f.dns)};
}

std::string to_file(const secrets& s) {
  token_file f;
  f.default_token = s[0];
  f.agent = s[1];
  f.agent_recovery = s[2];
  f.replication = s[3];
  f.file_registration = s[4];
  f.dns = s[5];
  std::string out;
  json::write(out, f);
  return out;
}

constexpr std::array<std::string_view, token_uses> names{
    "default", "agent", "agent_recovery", "replication", "config_file_service_registration", "dns"};

secrets configured(const config::acl_settings& a) {
  return {a.default_token,
          a.agent_token,
          a.agent_recovery_token,
          a.replication_token,
          a.config_file_service_registration_token,
          a.dns_token};
}

secrets read_file(gossip_files& files, logger& log) {
  auto content = files.read(file_name);
  auto complain = [&](const std::string& why) {
    log.write(log_level::warn, "agent", "unable to load persisted tokens", {{"error", why}});
    return secrets{};
  };
  if (!content) return complain(content.error().text);
  if (!*content) return {};
  auto read = json::read<token_file>(**content);
  if (!read) return complain("failed to decode tokens file " + praetor::quoted(file_name) + ": " + read.error().text);
  return in_order(std::move(*read));
}

} // namespace

std::optional<token_use> token_use_named(std::string_view name) {
  using enum token_use;
  constexpr std::pair<std::string_view, token_use> all[] = {
      {"default", request},
      {"acl_token", request},
      {"agent", agent},
      {"acl_agent_token", agent},
      {"agent_recovery", agent_recovery},
      {"agent_master", agent_recovery},
      {"acl_agent_master_token", agent_recovery},
      {"replication", replication},
      {"acl_replication_token", replication},
      {"config_file_service_registration", file_registration},
      {"dns", dns},
      {"dns_token", dns},
  };
  for (const auto& [known, use] : all)
    if (known == name) return use;
  return {};
}

void agent_tokens::publish() { now_.store(std::make_shared<const token_set>(token_set{current_})); }

void agent_tokens::configure(const config::acl_settings& settings, std::shared_ptr<gossip_files> files, logger& log) {
  std::lock_guard lock(guard_);
  files_ = settings.enable_token_persistence ? std::move(files) : nullptr;
  if (files_ && !std::exchange(read_, true)) persisted_ = read_file(*files_, log);
  auto from_config = configured(settings);
  for (std::size_t i = 0; i < token_uses; ++i) {
    bool persisted = files_ && !persisted_[i].empty();
    if (persisted && !from_config[i].empty())
      log.write(log_level::warn, "agent",
                praetor::quoted(names[i]) +
                    " token present in both the configuration and persisted token store, using the persisted token");
    current_[i] = persisted ? persisted_[i] : from_config[i];
  }
  publish();
}

bool agent_tokens::set(token_use use, std::string secret, std::function<void(const error*)> written) {
  std::unique_lock lock(guard_);
  auto i = static_cast<std::size_t>(use);
  bool changed = current_[i] != secret;
  current_[i] = secret;
  persisted_[i] = std::move(secret);
  publish();
  auto files = files_;
  auto content = files ? to_file(persisted_) : std::string();
  lock.unlock();
  if (files)
    files->replace(file_name, std::move(content), file_mode, std::move(written));
  else if (written)
    written(nullptr);
  return changed;
}

} // namespace praetor
