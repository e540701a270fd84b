#include "sim/node.hpp"

#include "actors/health/start_check.hpp"
#include "frontends/api/environment.hpp"
#include "frontends/api/forwarded_requests.hpp"
#include "sim/configuration.hpp"
#include "storage/state/store.hpp"

#include <algorithm>
#include <charconv>

namespace praetor::sim {

namespace {

constexpr std::size_t most_lines = 2000;
/// The range of a probe's duration.
constexpr duration quickest_probe = std::chrono::milliseconds(1), slowest_probe = std::chrono::milliseconds(400);

/// A certificate without a signature: nothing in the world verifies one.
expected<root_certificate> make_paper_root(const root_certificate_request& request) {
  root_certificate out;
  out.root.id = "id:" + request.unique;
  out.root.name = "Consul CA Primary Cert";
  out.root.serial_number = request.serial;
  out.root.signing_key_id = "key:" + request.unique;
  out.root.external_trust_domain = request.cluster_id;
  out.root.not_before = request.not_before;
  out.root.not_after = request.not_after;
  out.root.root_cert = "certificate of " + request.cluster_id + "\n";
  out.root.active = true;
  out.root.private_key_type = "ec";
  out.root.private_key_bits = 256;
  out.private_key = "key of " + request.cluster_id + "\n";
  return out;
}

api::request take_apart(std::string method, const std::string& target, std::string body) {
  api::request r;
  r.method = std::move(method);
  auto mark = target.find('?');
  r.path = target.substr(0, mark);
  std::vector<std::pair<std::string, std::string>> items;
  if (mark != target.npos) {
    r.raw_query = target.substr(mark + 1);
    for (std::size_t at = 0; at < r.raw_query.size();) {
      auto end = std::min(r.raw_query.find('&', at), r.raw_query.size());
      auto item = r.raw_query.substr(at, end - at);
      auto equals = std::min(item.find('='), item.size());
      items.emplace_back(item.substr(0, equals), item.substr(std::min(equals + 1, item.size())));
      at = end + 1;
    }
  }
  r.query = api::query_parameters(std::move(items));
  r.content_length = body.size();
  r.body = std::move(body);
  r.remote_address = "127.0.0.1";
  return r;
}

} // namespace

/// Keeps the last lines of the agent's log.
class node::recorder final : public logger {
public:
  recorder(node& owner, std::shared_ptr<const bool> plugged)
      : owner_(owner), world_(owner.world_), lines_(owner.lines_), plugged_(std::move(plugged)) {}
  bool enabled(log_level) const override { return *plugged_; }
  void write(log_level, std::string_view module, std::string_view message,
             std::initializer_list<log_field> fields) override {
    if (!*plugged_) return;
    std::string line = std::to_string(world_.now().count()) + " " + std::string(module) + ": " + std::string(message);
    for (const auto& f : fields) line += " " + std::string(f.key) + "=" + f.value;
    world_.trace().mix(line);
    if (owner_.logged) owner_.logged(line);
    if (lines_.size() >= most_lines) lines_.erase(lines_.begin(), lines_.begin() + most_lines / 2);
    lines_.push_back(std::move(line));
  }

private:
  node& owner_;
  sim::world& world_;
  std::vector<std::string>& lines_;
  std::shared_ptr<const bool> plugged_;
};

/// Answers check attempts by the node's script, after a delay.
class node::scripted_probes final : public probe_port {
public:
  scripted_probes(node& owner, std::shared_ptr<const bool> plugged) : owner_(owner), plugged_(std::move(plugged)) {}

  std::shared_ptr<running_probe> start(const probe_request& request, std::function<void(probe_result)> done) override {
    auto running = std::make_shared<attempt>();
    running->done = std::move(done);
    if (!*plugged_) return running;
    auto number = ++owner_.attempts_[request.definition.id];
    auto result =
        owner_.script ? owner_.script(request.definition, number) : probe_result{"passing", "as always", false};
    auto& world = owner_.world_;
    world.after(world.between(quickest_probe, slowest_probe),
                [weak = std::weak_ptr(running), result = std::move(result), plugged = plugged_] {
                  auto running = weak.lock();
                  if (running && running->done && *plugged) std::exchange(running->done, nullptr)(result);
                });
    return running;
  }

private:
  struct attempt final : running_probe {
    std::function<void(probe_result)> done;
    void cancel() override { done = nullptr; }
  };

  node& owner_;
  std::shared_ptr<const bool> plugged_;
};

/// A client's connection with one request.
class node::connection final : public api::exchange {
public:
  connection(sim::world& world, api::request request, reply_callback done)
      : world_(world), request_(std::move(request)), done_(std::move(done)) {}

  const api::request& get_request() const override { return request_; }
  void respond(api::answer a) override {
    reply r;
    r.status = a.status;
    if (a.body) r.body = *a.body;
    r.index = a.meta.index;
    r.known_leader = a.meta.known_leader.value_or(false);
    r.last_contact = a.meta.last_contact.value_or(nanoseconds{0});
    end(r);
  }
  std::shared_ptr<api::body_stream> respond_stream(api::answer head) override {
    return std::make_shared<gathered_body>(std::static_pointer_cast<connection>(shared_from_this()), std::move(head));
  }
  void on_cancel(std::function<void()>) override {}

  void end(const reply& r) {
    auto done = std::exchange(done_, nullptr);
    if (!done) return;
    auto& trace = world_.trace();
    trace.mix(world_.now());
    trace.mix(request_.path);
    trace.mix(r.status);
    trace.mix(r.index);
    trace.mix(r.body);
    done(r);
  }
  bool ended() const { return !done_; }

private:
  /// Collects a streamed answer for a client that waits for all of it.
  class gathered_body final : public api::body_stream {
  public:
    gathered_body(std::shared_ptr<connection> to, api::answer head) : to_(std::move(to)), head_(std::move(head)) {}
    ~gathered_body() override { to_->end({}); } // the stream was truncated

    std::size_t write(api::shared_bytes piece) override {
      body_ += *piece;
      return 0;
    }
    void finish() override {
      head_.body = std::make_shared<const std::string>(std::move(body_));
      to_->respond(std::move(head_));
    }
    bool closed() const override { return to_->ended(); }

  private:
    std::shared_ptr<connection> to_;
    api::answer head_;
    std::string body_;
  };

  sim::world& world_;
  api::request request_;
  reply_callback done_;
};

/// The gossip pools' files: small, replaced atomically, durable at once.
class node::files final : public gossip_files {
public:
  expected<std::optional<std::string>> read(const std::string& name) override {
    auto it = content_.find(name);
    return it == content_.end() ? std::optional<std::string>{} : std::optional(it->second);
  }
  void replace(const std::string& name, std::string content, unsigned,
               std::function<void(const error*)> done) override {
    content_[name] = std::move(content);
    if (done) done(nullptr);
  }
  expected<void> remove(const std::string& name) override {
    content_.erase(name);
    return {};
  }

private:
  std::map<std::string, std::string> content_;
};

struct node::life_of_agent {
  std::shared_ptr<bool> plugged = std::make_shared<bool>(true);
  ports_ptr outside;
  agent_view_ptr view = std::make_shared<agent_view>();
  agent_actor agent;
  std::shared_ptr<api::environment> environment;
  std::shared_ptr<api::dispatcher> dispatcher;
  std::shared_ptr<resolver> names;
};

node::node(sim::world& world, node_options options, network* net, gossip_network* gossip)
    : world_(world), net_(net), gossip_(gossip), options_(std::move(options)), host_(world), id_(world.uuid()) {
  replace_disk();
}

node::~node() {
  if (up()) crash();
}

expected<ports_ptr> node::make_ports(std::shared_ptr<bool> plugged) {
  auto p = std::make_shared<ports>();
  auto stores = disk_->plug_in();
  if (!stores) return tl::unexpected(stores.error());
  if (net_)
    p->links = net_->plug_in(host_, {0, id_, options_.name, options_.datacenter, address(), {}, options_.server, false},
                             plugged);
  if (gossip_) p->gossip_lan = gossip_->plug_in(options_.ip + ":8301", plugged);
  if (gossip_ && options_.server) p->gossip_wan = gossip_->plug_in(options_.ip + ":8302", plugged);
  if (options_.server) {
    p->log = stores->log;
    p->snapshots = stores->snapshots;
  }
  p->store = stores->agent;
  p->gossip_files = files_;
  p->probes = std::make_shared<scripted_probes>(*this, plugged);
  p->log_lines = std::make_shared<recorder>(*this, plugged);
  p->wall_clock = [this] { return world_.wall_now() + clock_error(); };
  p->new_uuid = [this] { return world_.uuid(); };
  p->seed = [this] { return world_.random()(); };
  p->make_root = make_paper_root;
  p->fatal = [this, plugged](const std::string& why) {
    if (!*plugged) return;
    fatal_.push_back(why);
    world_.interrupt([this] {
      if (changed) changed(*this);
    });
  };
  p->detach = false;
  return p;
}

duration node::clock_error() const {
  auto drifted = static_cast<double>((world_.now() - drifts_since_).count()) * drift_;
  return options_.skew + duration{static_cast<std::int64_t>(drifted)};
}

void node::drift_clock(double faster) {
  options_.skew = clock_error();
  drifts_since_ = world_.now();
  drift_ = faster;
  host_.drift(faster);
}

void node::pause() {
  host_.pause();
  if (net_) net_->paused(options_.ip);
}

void node::go_on() {
  host_.go_on();
  for (auto& c : std::exchange(waiting_, {}))
    if (up() && !c->ended()) current_->dispatcher->handle(c);
  host_.touch();
}

std::string node::configuration_text() const {
  auto number = [](auto value) { return std::to_string(value); };
  std::string out = "data_dir = \"/data\" performance { raft_multiplier = 1 }\n";
  out.append("bind_addr = \"").append(options_.ip).append("\" node_name = \"").append(options_.name).append("\"\n");
  out.append("datacenter = \"").append(options_.datacenter).append("\"\n");
  auto list = [&out](std::string_view name, const std::vector<std::string>& addresses) {
    if (addresses.empty()) return;
    out.append(name).append(" = [");
    for (const auto& address : addresses) out.append("\"").append(address).append("\",");
    out.back() = ']';
    out += '\n';
  };
  out += "retry_interval = \"1s\"\n";
  list("retry_join", options_.join);
  list("retry_join_wan", options_.join_wan);
  if (options_.server) {
    out += "server = true\n";
    out += options_.expected_servers == 0 ? "bootstrap = true\n"
                                          : "bootstrap_expect = " + number(options_.expected_servers) + "\n";
    out.append("raft_snapshot_threshold = ").append(number(options_.snapshot_threshold)).append("\n");
    out.append("raft_snapshot_interval = \"").append(number(options_.snapshot_interval.count())).append("s\"\n");
    out.append("raft_trailing_logs = ").append(number(options_.trailing_logs)).append("\n");
  }
  return out;
}

expected<void> node::read_again() {
  auto read = read_configuration(configuration_text() + definitions_, options_.configuration);
  if (!read) return tl::unexpected(read.error());
  config_ = *read;
  if (options_.times)
    config_ = std::make_shared<const config::runtime_config>(with_times_of(*config_, *options_.times));
  return {};
}

void node::reload(done_callback done) {
  if (!serves()) return;
  if (auto read = read_again(); !read) return done(&read.error());
  caf::anon_send(current_->agent, reload_atom_v, local<std::shared_ptr<const config::runtime_config>>{config_},
                 local<done_callback>{[plugged = current_->plugged, done = std::move(done)](const error* failed) {
                   if (*plugged) done(failed);
                 }});
  host_.touch();
}

expected<void> node::start() {
  PRAETOR_ASSERT(!up());
  if (auto read = read_again(); !read) return read;
  auto life = std::make_shared<life_of_agent>();
  auto outside = make_ports(life->plugged);
  if (!outside) return tl::unexpected(outside.error());
  life->outside = *outside;
  expected<raft::initial_state> found;
  if (options_.server) found = restore_state(*life->outside, *life->view);
  if (!found) {
    *life->plugged = false;
    disk_->cut();
    return tl::unexpected(found.error());
  }
  ++lives_;
  fatal_.clear();
  agent_options o;
  o.config = config_;
  o.node_id = id_;
  o.outside = life->outside;
  o.view = life->view;
  o.start_check = start_check;
  o.snapshot_index = found->snapshot ? found->snapshot->index : 0;
  o.found = std::move(*found);
  o.ready = [this, weak = std::weak_ptr(life)](const expected<agent_handles_ptr>& up) {
    auto life = weak.lock();
    if (!life) return;
    if (!up) return life->outside->fatal(up.error().text);
    open_endpoints(*life);
  };
  life->agent = host_.system().spawn(agent, std::move(o));
  current_ = std::move(life);
  if (changed) changed(*this);
  return {};
}

void node::replace_disk() {
  PRAETOR_ASSERT(!up());
  storage_ = world_.uuid();
  disk_.emplace(world_, storage_, options_.disk);
  files_ = std::make_shared<files>();
}

void node::crash(bool silently) {
  PRAETOR_ASSERT(up());
  auto life = std::exchange(current_, nullptr);
  *life->plugged = false;
  disk_->cut();
  if (net_) net_->lost(address(), silently);
  auto never_begun = std::exchange(waiting_, {});
  // Completes waiting callers first: it is impossible after the agent has stopped.
  for (auto& weak : std::exchange(connections_, {}))
    if (auto c = weak.lock()) c->end({});
  caf::anon_send_exit(life->agent, caf::exit_reason::kill);
  life->agent = nullptr;
  life->view->requests.store(nullptr);
  host_.go_on();
  // The actors' remaining actions have no effect outside, and no one outside is notified.
  host_.run_dry();
  life->view->handles.store(nullptr); // only now, because running requests still use them
  // After the agent's actors, because its requests refer to them.
  life->names.reset();
  life->dispatcher.reset();
  life->environment.reset();
  host_.run_dry();
  PRAETOR_ASSERT(host_.actors() == 0);
}

void node::open_endpoints(life_of_agent& life) {
  if (!*life.plugged) return;
  life.environment =
      std::make_shared<api::environment>(host_.system(), life.view, life.outside, id_, api::process_hooks{});
  life.dispatcher = std::make_shared<api::dispatcher>(*life.environment);
  life.names = std::make_shared<resolver>(*life.environment);
  life.view->requests.store(api::make_request_server(*life.environment, *life.dispatcher));
}

bool node::serves() const { return up() && current_->dispatcher; }

bool node::ready() const {
  if (!serves()) return false;
  return current_->view->leader.leads(host_.now());
}

void node::forget_dead() {
  std::erase_if(connections_, [](auto& weak) {
    auto c = weak.lock();
    return !c || c->ended();
  });
}

void node::request(std::string method, std::string target, std::string body, reply_callback done) {
  forget_dead();
  auto c =
      std::make_shared<connection>(world_, take_apart(std::move(method), target, std::move(body)), std::move(done));
  if (!serves()) return c->end({});
  connections_.push_back(c);
  if (paused()) {
    waiting_.push_back(c);
    return;
  }
  current_->dispatcher->handle(c);
  host_.touch();
}

void node::look_up(const std::string& name, resolver::callback done) {
  if (!up() || paused() || !current_->names) return done(std::nullopt);
  auto plugged = current_->plugged;
  current_->names->look_up(name, [plugged, done = std::move(done)](std::optional<std::vector<std::string>> found) {
    done(*plugged ? std::move(found) : std::nullopt);
  });
  host_.touch();
}

std::size_t node::under_way() const {
  return static_cast<std::size_t>(std::count_if(connections_.begin(), connections_.end(), [](auto& weak) {
    auto c = weak.lock();
    return c && !c->ended();
  }));
}

state::store_ptr node::state() const { return current_->view->state.load(); }

agent_view& node::view() const { return *current_->view; }

} // namespace praetor::sim
