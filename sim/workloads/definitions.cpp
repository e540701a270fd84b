#include "sim/checkers/stillness.hpp"
#include "sim/workloads/paced_client.hpp"
#include "sim/workloads/workloads.hpp"
#include "storage/state/queries_catalog.hpp"

#include <nlohmann/json.hpp>

namespace praetor::sim {

namespace {

constexpr std::string_view checker = "what was not changed did not move";
/// In a healthy cluster a failed push is repeated within this time.
constexpr duration tags_arrive = std::chrono::seconds(60);

/// An agent's configuration, with a service whose tags others may override, and checks inside and outside it.
class definition_client final : public paced_client {
public:
  definition_client(laboratory& lab, unsigned number, duration pause)
      : paced_client(lab, "definitions", pause), home_(choose(lab, number)), number_(std::to_string(number)),
        service_("def" + number_), added_("added" + number_), maintenance_("_service_maintenance:" + service_),
        still_(home_.options().name) {
    for (const auto* kind : {"inner", "beside"}) told_.push_back(kind + number_);
    for (const auto& id : told_) still_.is(id, "critical");
    still_.is(added_, "");
    still_.is(maintenance_, "");
    still_.stays_in_catalog(service_, {told_.begin(), told_.end()});
    told_.push_back(added_);
    change_definition();
    still_.service_is(service_, port_);
  }

  void look() override {
    if (home_.serves()) lab.find(checker, still_.judge(*home_.view().registry.get()));
    auto* leads = lab.leader();
    if (!leads || !lab.restores.empty()) return; // a restored older state has other indexes and tags
    auto store = leads->state();
    lab.find(checker, still_.judge(*store));
    if (defined_at_) look_for_own_tag(*store);
  }

private:
  static node& choose(laboratory& lab, unsigned number) {
    std::vector<node*> agents;
    for (auto* n : lab.nodes)
      if (!n->options().server) agents.push_back(n);
    const auto& from = agents.empty() ? lab.nodes : agents;
    return *from[number % from.size()];
  }

  void act() override {
    auto dice = lab.world.below(100);
    if (dice < 35) return report(told_[lab.world.below(told_.size())]);
    if (dice < 50) return maintain();
    if (dice < 65) return add_or_remove();
    if (dice < 85) return reload(false);
    if (dice < 93) return set_tag();
    reload(true);
  }

  /// Changes port and tag. The text takes effect at the next start or reload.
  void change_definition() {
    auto value = lab.new_value();
    port_ = std::stoi(value.substr(1)) % 60000 + 1;
    tag_ = "own-" + value;
    still_.service_may_be(service_, port_);
    still_.tag_is(service_, "");
    defined_at_ = lab.world.now();
    home_.define("service { id = \"" + service_ + "\" name = \"defined\" enable_tag_override = true tags = [\"" + tag_ +
                 "\"] port = " + std::to_string(port_) + " checks = [{ id = \"inner" + number_ +
                 "\" ttl = \"1h\" }, { id = \"slow" + number_ +
                 "\" http = \"http://10.0.0.1/\" interval = \"1h\" deregister_critical_service_after = \"1m\" }] }\n" +
                 "check { id = \"beside" + number_ + "\" name = \"beside\" service_id = \"" + service_ +
                 "\" ttl = \"1h\" }\n");
  }

  /// Until the catalog has had it, the agent's own tag is pending; after that it must stay.
  void look_for_own_tag(const state::store& store) {
    auto service = state::find_service(store, home_.options().name, service_, nullptr).value;
    auto own = home_.serves() ? home_.view().registry.get()->service(service_) : nullptr;
    bool settled = own && own->tags_by == tag_owner::catalog && own->own_tags == string_list{tag_};
    if (settled && service && service->tags == own->own_tags) {
      still_.tag_is(service_, tag_);
      defined_at_.reset();
      return;
    }
    if (reloading_ || lab.calm_since == duration::max()) return;
    if (lab.world.now() > std::max({*defined_at_, lab.calm_since, lab.leader_since}) + tags_arrive)
      lab.find(checker, "the tag " + tag_ + " that " + home_.options().name + " defines does not reach the catalog");
  }

  void reload(bool anew) {
    if (!home_.serves()) return next(true);
    if (anew && !defined_at_) change_definition(); // the previous definition has arrived
    reloading_ = true;
    auto mine = ++reloads_;
    home_.reload([this, mine](const error* failed) {
      if (mine != reloads_ || !reloading_) return;
      if (failed) lab.find(checker, home_.options().name + " refused to reload: " + failed->text);
      still_.service_is(service_, port_);
      reloading_ = false;
      next(false);
    });
    later(client_patience, [this, mine] {
      if (mine != reloads_ || !std::exchange(reloading_, false)) return;
      next(true);
    });
  }

  void report(const std::string& check) {
    bool passes = lab.world.one_in(2);
    std::string status = passes ? "passing" : "warning";
    bool there = !still_.of(check).contains("");
    still_.may_be(check, status);
    lab.ask_at(home_, "PUT", "/v1/agent/check/" + std::string(passes ? "pass/" : "warn/") + check, "",
               [this, check, status, there](const reply& r) {
                 if (r.ok()) still_.is(check, status);
                 if (r.status == 404 && there) lab.find(checker, "check " + check + " is gone");
                 if (r.status == 404) still_.is(check, "");
                 next(!r.answered());
               });
  }

  void maintain() {
    auto on = lab.world.one_in(2);
    std::string status = on ? "critical" : "";
    still_.may_be(maintenance_, status);
    lab.ask_at(home_, "PUT",
               "/v1/agent/service/maintenance/" + service_ + "?enable=" + std::string(on ? "true" : "false"), "",
               [this, status](const reply& r) {
                 if (r.ok()) still_.is(maintenance_, status);
                 next(!r.answered());
               });
  }

  void add_or_remove() {
    if (lab.world.one_in(3)) {
      still_.may_be(added_, "");
      return lab.ask_at(home_, "PUT", "/v1/agent/check/deregister/" + added_, "", [this](const reply& r) {
        if (r.ok() || r.status == 404) still_.is(added_, "");
        next(!r.answered());
      });
    }
    nlohmann::json body = {{"ID", added_}, {"Name", "added"}, {"ServiceID", service_}, {"TTL", "1h"}};
    // An existing check keeps its status.
    still_.may_be(added_, "critical");
    auto before = still_.of(added_);
    lab.ask_at(home_, "PUT", "/v1/agent/check/register", body.dump(), [this, before](const reply& r) {
      if (r.ok()) {
        still_.is(added_, "critical");
        bool was_there = !before.contains("");
        for (const auto& status : before)
          if (!status.empty() && (was_there || status != "critical")) still_.may_be(added_, status);
      }
      next(!r.answered());
    });
  }

  /// Another client sets the service's tag, once its own has been in the catalog.
  void set_tag() {
    if (defined_at_ || reloading_) return next(false);
    auto tag = "other-" + lab.new_value();
    still_.tag_is(service_, "");
    nlohmann::json body = {
        {"Node", home_.options().name},
        {"Address", home_.options().ip},
        {"SkipNodeUpdate", true},
        {"Service",
         {{"ID", service_}, {"Service", "defined"}, {"Tags", {tag}}, {"Port", port_}, {"EnableTagOverride", true}}}};
    lab.ask("PUT", "/v1/catalog/register", body.dump(), [this, tag](const reply& r) {
      if (r.ok()) still_.tag_is(service_, tag);
      next(!r.answered());
    });
  }

  node& home_;
  std::string number_, service_, added_, maintenance_;
  std::vector<std::string> told_; ///< TTL checks
  std::int64_t port_ = 0;
  std::string tag_;
  std::optional<duration> defined_at_; ///< pending: the catalog has not had the definition's tag yet
  bool reloading_ = false;
  std::uint64_t reloads_ = 0;
  stillness still_;
};

} // namespace

std::unique_ptr<client> make_definition_client(laboratory& lab, unsigned number, duration pause) {
  return std::make_unique<definition_client>(lab, number, pause);
}

} // namespace praetor::sim
