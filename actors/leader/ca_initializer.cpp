#include "actors/leader/ca_initializer.hpp"

#include "storage/state/command.hpp"
#include "storage/state/queries_cluster.hpp"

#include <nlohmann/json.hpp>

namespace praetor {

namespace {

constexpr auto root_retry_interval = std::chrono::seconds(5);
constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuvwxyz";
constexpr nanoseconds default_root_life = std::chrono::hours(87600);

/// The settings as clients see them, with defaults filled in.
free_form shown_config(const free_form& configured) {
  nlohmann::json out = {{"IntermediateCertTTL", "8760h"}, {"LeafCertTTL", "72h"}, {"RootCertTTL", "87600h"}};
  if (configured.json().is_object()) out.update(configured.json());
  return free_form(std::move(out));
}

} // namespace

void ca_initializer_state::initialize() {
  auto store = view->state.load();
  if (!state::connect_roots(*store, nullptr).value.active_root_id.empty()) return;

  auto known = state::connect_config(*store, nullptr).value;
  auto config = std::make_shared<ca_configuration>();
  if (known) *config = *known;
  if (config->cluster_id.empty())
    config->cluster_id = settings.cluster_id.empty() ? outside->new_uuid() : settings.cluster_id;
  config->provider = "consul";
  config->config = shown_config(settings.config);

  root_certificate_request wish;
  wish.cluster_id = config->cluster_id;
  for (int i = 0; i < 8; ++i) wish.unique += digits[random() % digits.size()];
  // The serial number is derived from the log position, so it is unique.
  wish.serial = store->last_index() + 1;
  auto now = std::chrono::floor<std::chrono::seconds>(outside->wall_clock());
  auto life = default_root_life;
  const auto& shown = config->config.json();
  if (auto it = shown.find("RootCertTTL"); it != shown.end() && it->is_string())
    life = duration_from_text(it->get<std::string>()).value.value_or(default_root_life);
  wish.not_before = timestamp::from_unix(now);
  wish.not_after = timestamp::from_unix(now + life);
  auto made = outside->make_root(wish);
  if (!made) {
    outside->log_lines->write(log_level::error, "agent.server.connect", "could not make a root certificate",
                              {{"error", made.error().text}});
    return self->delayed_send(self, root_retry_interval, wake_atom_v);
  }

  auto provider = std::make_shared<ca_provider_state>();
  provider->id = config->cluster_id;
  provider->private_key = made->private_key;
  provider->root_cert = made->root.root_cert;
  ca_request keep;
  keep.op = "set-provider-state";
  keep.datacenter = settings.datacenter;
  keep.provider_state = std::move(provider);
  writes.propose(encode_command(command_type::connect_ca, keep), nullptr);

  ca_request publish;
  publish.op = "set-roots-config";
  publish.datacenter = settings.datacenter;
  publish.index = state::index_of(*store, "connect-ca-roots");
  publish.roots = {std::make_shared<const ca_root>(made->root)};
  publish.config = std::move(config);
  auto me = ca_initializer_actor{self};
  writes.propose(encode_command(command_type::connect_ca, publish), [me](const state::apply_result& result) {
    if (!result.ok()) caf::anon_send(me, messages::write_ended{false});
  });
}

ca_initializer_actor::behavior_type ca_initializer(ca_initializer_actor::stateful_pointer<ca_initializer_state> self,
                                                   ports_ptr outside, published_state_ptr view, write_path writes,
                                                   ca_settings settings) {
  auto& s = self->state;
  s.self = self;
  s.outside = std::move(outside);
  s.view = std::move(view);
  s.writes = std::move(writes);
  s.settings = std::move(settings);
  s.random.seed(s.outside->seed());
  self->send(self, wake_atom_v);
  return {
      [self](wake_atom) { self->state.initialize(); },
      [self](messages::write_ended) { self->delayed_send(self, root_retry_interval, wake_atom_v); },
  };
}

} // namespace praetor
