#include "tests/unit/raft/script.hpp"

#include <sstream>
#include <stdexcept>

namespace praetor::raft::test {

namespace {

using std::chrono::milliseconds;

settings script_settings() {
  settings s;
  s.snapshot_chunk = 40;
  s.reconnect_jitter = milliseconds(1); // scripts give exact times
  s.lease_margin = milliseconds(20);
  return s;
}

milliseconds parse_time(const std::string& text) {
  auto value = std::stol(text);
  return text.ends_with("ms") ? milliseconds(value) : milliseconds(value * 1000);
}

bool on_link(const message& m, const std::vector<std::string>& links) {
  if (links.empty()) return true;
  return std::find(links.begin(), links.end(), m.from.id + "->" + m.to.id) != links.end();
}

} // namespace

std::string script::run(const std::string& command) {
  if (command.starts_with("elect ")) {
    for (auto& step : {"campaign " + command.substr(6), std::string("deliver")}) run(step);
    return "";
  }
  std::istringstream in(command);
  words args;
  std::string verb;
  in >> verb;
  for (std::string w; in >> w;) args.push_back(w);
  said_.clear();
  if (verb == "nodes")
    create(args);
  else if (verb == "give")
    give(args);
  else if (verb == "start")
    start(args);
  else if (verb == "crash")
    nodes_.at(args.at(0))->crash();
  else if (verb == "older")
    nodes_.at(args.at(0))->disk.log.resize(std::stoull(args.at(1)));
  else if (verb == "wait")
    now_ += parse_time(args.at(0));
  else if (verb == "tick")
    for (const auto& id : args) node(id).get().tick(now_);
  else if (verb == "campaign")
    campaign(args.at(0));
  else if (verb == "deliver")
    deliver(args);
  else if (verb == "drop")
    drop(args);
  else if (verb == "propose" || verb == "barrier")
    propose(args);
  else if (verb == "members")
    change_members(args);
  else if (verb == "transfer")
    report(node(args.at(0)).get().transfer_leadership(args.size() > 1 ? std::optional(args[1]) : std::nullopt, now_));
  else if (verb == "read")
    report(node(args.at(0)).get().read_index(std::stoull(args.at(1)), now_));
  else if (verb == "shutdown")
    node(args.at(0)).get().shut_down(now_);
  else if (verb == "cut" || verb == "heal")
    connect(args, verb == "heal");
  else if (verb == "disk")
    disk(args);
  else if (verb == "sync")
    node(args.at(0)).sync(now_);
  else if (verb == "fail")
    node(args.at(0)).fail_writes(now_);
  else if (verb == "stall")
    node(args.at(0)).get().disk_stalled(now_);
  else if (verb == "snapshot")
    snapshot(args);
  else if (verb == "install")
    node(args.at(0)).auto_install = args.at(1) != "manual";
  else if (verb == "installed")
    node(args.at(0)).finish_install(now_);
  else if (verb == "show")
    show(args);
  else
    throw std::runtime_error("no such command: " + command);
  pump();
  return said_;
}

test_node& script::node(const std::string& id) {
  auto& n = *nodes_.at(id);
  if (!n.up()) throw std::runtime_error(id + " is down");
  return n;
}

void script::pump() {
  for (auto& [id, n] : nodes_) n->pump(now_);
}

void script::add_node(const std::string& id, bool member, const configuration& members) {
  auto& n = nodes_[id];
  n = std::make_unique<test_node>(on_first_disk(id), script_settings(), nodes_.size());
  n->send = [this](message m) {
    say(describe(m));
    on_the_way_.push_back(std::move(m));
  };
  if (member) {
    n->disk.state.term = 1;
    n->disk.log.push_back(std::make_shared<const entry>(entry{1, 1, entry_kind::configuration, 0, encode(members)}));
  }
}

void script::create(const words& args) {
  words ids;
  for (const auto& id : args)
    if (id[0] != '+') ids.push_back(id);
  for (const auto& id : args) add_node(id[0] == '+' ? id.substr(1) : id, id[0] != '+', voters(ids));
  for (auto& [id, n] : nodes_) {
    // More entries may be given: the first command that needs the server starts it.
    n->say = [this, id = id](const std::string& line) { say(id + ": " + line); };
  }
}

/// `2/1:x` is the entry with index 2, term 1 and data x.
void script::give(const words& args) {
  auto& disk = nodes_.at(args.at(0))->disk;
  for (std::size_t i = 1; i < args.size(); ++i) {
    if (args[i] == "term") {
      disk.state = {std::stoull(args.at(i + 1)), {}};
      break;
    }
    auto slash = args[i].find('/'), colon = args[i].find(':');
    term_t term = std::stoull(args[i].substr(slash + 1));
    disk.log.push_back(
        make_entry(std::stoull(args[i]), term, colon == std::string::npos ? "" : args[i].substr(colon + 1)));
    disk.state.term = std::max(disk.state.term, term);
  }
}

void script::start(const words& args) {
  for (const auto& id : args) {
    if (id == "empty") continue;
    auto& n = *nodes_.at(id);
    if (args.back() == "empty") {
      n.disk = {};
      n.who.storage = id + "2";
    }
    n.start(now_);
    n.say = [](const std::string&) {}; // the initial state is known
    n.pump(now_);
    n.say = [this, id](const std::string& line) { say(id + ": " + line); };
  }
}

void script::deliver(const words& links) {
  pump();
  for (bool any = true; any;) {
    any = false;
    for (auto i = on_the_way_.begin(); i != on_the_way_.end(); ++i) {
      if (!on_link(*i, links)) continue;
      auto m = std::move(*i);
      on_the_way_.erase(i);
      auto target = nodes_.find(m.to.id);
      if (target != nodes_.end() && target->second->up()) target->second->get().step(std::move(m), now_);
      pump();
      any = true;
      break;
    }
  }
}

void script::drop(const words& links) {
  std::erase_if(on_the_way_, [&](const message& m) { return on_link(m, links); });
}

void script::propose(const words& args) {
  std::vector<proposal> batch;
  for (std::size_t i = 1; i < args.size(); ++i) batch.push_back({entry_kind::command, args[i]});
  if (batch.empty()) batch.push_back({entry_kind::barrier, {}});
  report(node(args.at(0)).get().propose(std::move(batch), ++wall_, now_));
}

void script::change_members(const words& args) {
  using kind_t = configuration_change::kind_t;
  static const std::map<std::string, kind_t> kinds = {{"add", kind_t::add_nonvoter},
                                                      {"promote", kind_t::promote},
                                                      {"demote", kind_t::demote},
                                                      {"remove", kind_t::remove},
                                                      {"address", kind_t::update_address}};
  configuration_change change{kinds.at(args.at(1)), args.at(2), {}, {}};
  if (change.kind == kind_t::add_nonvoter) change.storage = nodes_.at(change.id)->who.storage;
  if (change.kind == kind_t::add_nonvoter) change.address = change.id + ":8300";
  if (change.kind == kind_t::update_address) change.address = args.at(3);
  report(node(args.at(0)).get().propose_configuration(change, ++wall_, now_));
}

void script::disk(const words& args) { node(args.at(0)).auto_sync = args.at(1) == "fast"; }

void script::snapshot(const words& args) {
  auto& n = node(args.at(0));
  n.take_snapshot();
  if (args.size() > 1) return;
  n.get().compacted(n.disk.snapshot->index, n.disk.snapshot->term);
  n.disk.compact(n.disk.snapshot->index);
}

void script::connect(const words& args, bool up) {
  for (auto [one, other] : {std::pair(args.at(0), args.at(1)), std::pair(args.at(1), args.at(0))}) {
    auto& n = *nodes_.at(one);
    if (!n.up()) continue;
    if (up)
      n.get().connection_restored(other, now_);
    else
      n.get().connection_lost(other, now_);
  }
}

void script::campaign(const std::string& id) {
  auto& m = node(id).get();
  now_ = std::max(now_, m.next_deadline());
  m.tick(now_);
}

void script::show(const words& args) {
  for (const auto& id : args) {
    const auto& m = node(id).get();
    std::ostringstream out;
    out << id << ": " << to_string(m.role()) << ", term " << m.term() << ", log " << m.first_index() << ".."
        << m.last_index() << ", last term " << m.last_term() << ", commit " << m.commit_index();
    if (auto lease = m.lease_valid_until()) {
      if (*lease == time_point::max())
        out << ", lease for ever";
      else if (*lease <= now_)
        out << ", lease over";
      else
        out << ", lease for " << std::chrono::duration_cast<milliseconds>(*lease - now_).count() << "ms";
    } else if (m.role() == role::leader) {
      out << ", no lease";
    }
    say(out.str());
  }
}

} // namespace praetor::raft::test
