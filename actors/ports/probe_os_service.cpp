#include "actors/ports/probe_attempt.hpp"
#include "actors/ports/system_bus.hpp"
#include "protocol/types/catalog.hpp"

#include <array>
#include <systemd/sd-bus.h>

namespace praetor {

namespace {

namespace asio = boost::asio;

// g++ 12 does not compile the braces of an aggregate inside a coroutine.
system_bus::method method_of(const std::string& path, const char* interface, const char* member) {
  return {"org.freedesktop.systemd1", path, interface, member};
}

/// The unit of a service: "nginx" means "nginx.service".
std::string unit_of(const std::string& service) {
  constexpr std::array<std::string_view, 11> types{".service", ".socket", ".device", ".mount", ".automount", ".swap",
                                                   ".target",  ".path",   ".timer",  ".slice", ".scope"};
  for (auto type : types)
    if (service.ends_with(type)) return service;
  return service + ".service";
}

/// Asks systemd for the state of a unit (org.freedesktop.systemd1, D-Bus interface of systemd).
class os_service_attempt final : public network_attempt {
public:
  os_service_attempt(probe_world& world, probe_request request, std::shared_ptr<probe_listener> listener)
      : network_attempt(world, std::move(request), std::move(listener)), bus_(world.context) {}

private:
  asio::awaitable<probe_result> carry_out() override {
    auto address = system_bus_address();
    auto good = find_system_bus(address);
    if (good) good = bus_.open(address);
    if (!good) co_return critical(good.error().text);
    auto path = co_await unit_path();
    if (!path) co_return critical(failed(path.error()));
    auto loaded = co_await property(*path, "LoadState");
    if (!loaded) co_return critical(failed(loaded.error()));
    if (*loaded == "not-found") co_return critical(named() + " was not found");
    auto state = co_await property(*path, "ActiveState");
    if (!state) co_return critical(failed(state.error()));
    if (*state == "active") co_return passing(named() + " is healthy");
    bool soon = *state == "activating" || *state == "reloading" || *state == "refreshing";
    co_return probe_result{std::string(soon ? health_warning : health_critical), named() + " is " + *state};
  }

  /// The object of the unit, which systemd loads if it is not.
  asio::awaitable<expected<std::string>> unit_path() {
    auto load = method_of("/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager", "LoadUnit");
    string_list arguments(1, unit_of(request_.definition.os_service));
    auto reply = co_await bus_.call(std::move(load), std::move(arguments));
    if (!reply) co_return tl::unexpected(reply.error());
    const char* path = nullptr;
    if (sd_bus_message_read_basic(reply->get(), 'o', &path) <= 0)
      co_return fail("systemd's answer to LoadUnit is no object path");
    co_return std::string(path);
  }

  asio::awaitable<expected<std::string>> property(std::string path, std::string name) {
    auto get = method_of(path, "org.freedesktop.DBus.Properties", "Get");
    string_list arguments(2, "org.freedesktop.systemd1.Unit");
    arguments[1] = name;
    auto reply = co_await bus_.call(std::move(get), std::move(arguments));
    if (!reply) co_return tl::unexpected(reply.error());
    const char* text = nullptr;
    if (sd_bus_message_enter_container(reply->get(), 'v', "s") <= 0 ||
        sd_bus_message_read_basic(reply->get(), 's', &text) <= 0)
      co_return fail("systemd's answer for " + name + " is no text");
    co_return std::string(text);
  }

  std::string named() const { return "Service " + praetor::quoted(request_.definition.os_service); }
  std::string failed(const error& why) const { return named() + " cannot be checked: " + why.text; }

  probe_result timed_out() override {
    return critical("Timed out (" + duration_to_text(request_.timeout) + ") running check");
  }

  system_bus bus_;
};

} // namespace

expected<void> find_own_system_bus() { return find_system_bus(system_bus_address()); }

std::shared_ptr<probe_attempt> make_os_service_probe(probe_world& world, probe_request request,
                                                     std::shared_ptr<probe_listener> listener) {
  return std::make_shared<os_service_attempt>(world, std::move(request), std::move(listener));
}

} // namespace praetor
