#include "actors/ports/system_bus.hpp"

#include "actors/ports/http_proxy.hpp"
#include "actors/ports/probe_dial.hpp"

#include <cstring>
#include <poll.h>
#include <sys/stat.h>
#include <systemd/sd-bus.h>

namespace praetor {

namespace asio = boost::asio;

namespace {

constexpr std::string_view unix_path = "unix:path=";

std::string bus_error_text(int negative_errno) { return lower_case(std::strerror(-negative_errno)); }

} // namespace

std::string system_bus_address() {
  auto named = environment_variable("DBUS_SYSTEM_BUS_ADDRESS");
  return named.empty() ? std::string(unix_path) + "/run/dbus/system_bus_socket" : named;
}

expected<void> find_system_bus(const std::string& address) {
  if (!address.starts_with(unix_path)) return {};
  auto path = address.substr(unix_path.size());
  path = path.substr(0, path.find_first_of(",;"));
  struct stat found {};
  if (::stat(path.c_str(), &found) == 0 && S_ISSOCK(found.st_mode)) return {};
  return fail("OSService checks ask systemd over D-Bus, and there is no system bus at " + path);
}

void system_bus::message_deleter::operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
void system_bus::bus_deleter::operator()(sd_bus* bus) const { sd_bus_close_unref(bus); }

system_bus::~system_bus() {
  if (socket_.is_open()) socket_.release();
}

expected<void> system_bus::open(const std::string& address) {
  sd_bus* made = nullptr;
  int result = sd_bus_new(&made);
  bus_.reset(made);
  if (result >= 0) result = sd_bus_set_address(made, address.c_str());
  if (result >= 0) result = sd_bus_set_bus_client(made, 1);
  if (result >= 0) result = sd_bus_start(made);
  if (result >= 0) result = sd_bus_get_fd(made);
  if (result < 0) return fail("no connection to the system bus at " + address + ": " + bus_error_text(result));
  boost::system::error_code failed;
  socket_.assign(result, failed);
  if (failed) return fail("no connection to the system bus at " + address + ": " + system_error_text(failed));
  return {};
}

/// A call without its reply.
struct system_bus::pending {
  message reply;
  std::string error;
  bool done = false;

  static int take(sd_bus_message* reply, void* user, sd_bus_error*) {
    auto& call = *static_cast<pending*>(user);
    call.done = true;
    if (const auto* error = sd_bus_message_get_error(reply))
      call.error = error->message ? error->message : error->name;
    else
      call.reply.reset(sd_bus_message_ref(reply));
    return 0;
  }
};

/// Does what the bus has to do until the call has its reply.
asio::awaitable<expected<void>> system_bus::turn(const pending& until) {
  for (;;) {
    int did = sd_bus_process(bus_.get(), nullptr);
    if (until.done) co_return expected<void>();
    if (did < 0) co_return fail("the system bus has closed the connection: " + bus_error_text(did));
    if (did > 0) continue;
    auto events = sd_bus_get_events(bus_.get());
    if (events < 0) co_return fail("the system bus has closed the connection: " + bus_error_text(events));
    auto waits_for = (events & POLLOUT) != 0 ? asio::posix::stream_descriptor::wait_write
                                             : asio::posix::stream_descriptor::wait_read;
    auto [failed] = co_await socket_.async_wait(waits_for, as_tuple);
    if (failed) co_return fail("waiting for the system bus failed: " + system_error_text(failed));
  }
}

asio::awaitable<expected<system_bus::message>> system_bus::call(method what, string_list arguments) {
  sd_bus_message* made = nullptr;
  int result = sd_bus_message_new_method_call(bus_.get(), &made, what.destination.c_str(), what.path.c_str(),
                                              what.interface.c_str(), what.member.c_str());
  message request(made);
  for (const auto& argument : arguments)
    if (result >= 0) result = sd_bus_message_append_basic(made, 's', argument.c_str());
  pending reply;
  sd_bus_slot* slot = nullptr;
  // The attempt has a timeout, the call needs none.
  if (result >= 0) result = sd_bus_call_async(bus_.get(), &slot, made, pending::take, &reply, UINT64_MAX);
  std::unique_ptr<sd_bus_slot, sd_bus_slot* (*)(sd_bus_slot*)> registered(slot, sd_bus_slot_unref);
  if (result < 0) co_return fail("calling " + what.member + " failed: " + bus_error_text(result));
  if (auto good = co_await turn(reply); !good) co_return tl::unexpected(good.error());
  if (!reply.error.empty()) co_return fail(reply.error);
  co_return std::move(reply.reply);
}

} // namespace praetor
