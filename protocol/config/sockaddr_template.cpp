#include "protocol/config/sockaddr_template.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <sstream>
#include <tuple>
#include <variant>

#include "protocol/base/ip_address.hpp"
#include "protocol/types/values.hpp"

namespace praetor::config {

namespace {

using interface_list = std::vector<interface_address>;
/// The type of an expression's value.
using result = std::variant<std::string, interface_list, std::int64_t>;

struct network {
  std::string_view base;
  int length;
};

bool within(const std::string& text, std::span<const network> networks) {
  auto ip = ip_address::parse(text);
  if (!ip) return false;
  return std::ranges::any_of(networks, [&](const network& n) {
    return ip_network{*ip_address::parse(n.base), n.length}.contains(*ip);
  });
}

/// Address blocks that are not forwardable (RFC 6890).
constexpr std::array not_forwardable = {
    network{"0.0.0.0", 8},    network{"127.0.0.0", 8},     network{"169.254.0.0", 16}, network{"192.0.0.0", 24},
    network{"192.0.2.0", 24}, network{"198.51.100.0", 24}, network{"203.0.113.0", 24}, network{"240.0.0.0", 4},
    network{"::", 128},       network{"::1", 128},         network{"2001:db8::", 32},  network{"fe80::", 10},
};

constexpr std::array private_networks = {
    network{"10.0.0.0", 8},    network{"100.64.0.0", 10},   network{"127.0.0.0", 8},    network{"169.254.0.0", 16},
    network{"172.16.0.0", 12}, network{"192.0.0.0", 24},    network{"192.0.2.0", 24},   network{"192.168.0.0", 16},
    network{"198.18.0.0", 15}, network{"198.51.100.0", 24}, network{"203.0.113.0", 24}, network{"::1", 128},
    network{"fc00::", 7},      network{"fe80::", 10},       network{"2001:db8::", 32},
};

std::vector<std::string> split(const std::string& text, char by) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string word; std::getline(in, word, by);) out.push_back(word);
  return out;
}

bool is_v4(const interface_address& a) { return a.ip.find(':') == std::string::npos; }

bool has_flag(const interface_address& a, const std::string& name) {
  auto ip = ip_address::parse(a.ip);
  auto in = [&](network n) { return within(a.ip, std::span(&n, 1)); };
  if (name == "up") return (a.flags & interface_flags::up) != 0;
  if (name == "down") return (a.flags & interface_flags::up) == 0;
  if (name == "broadcast") return (a.flags & interface_flags::broadcast) != 0;
  if (name == "loopback") return in({"127.0.0.0", 8}) || in({"::1", 128});
  if (name == "multicast") return (a.flags & interface_flags::multicast) != 0;
  if (name == "point-to-point") return (a.flags & interface_flags::point_to_point) != 0;
  if (name == "unspecified") return ip && ip->is_any();
  if (name == "forwardable") return !within(a.ip, not_forwardable);
  if (name == "link-local unicast") return in({"169.254.0.0", 16}) || in({"fe80::", 10});
  if (name == "link-local multicast") return in({"224.0.0.0", 24}) || in({"ff02::", 16});
  if (name == "interface-local multicast") return in({"ff01::", 16});
  if (name == "global unicast")
    return ip && !ip->is_any() && !has_flag(a, "loopback") && !has_flag(a, "link-local unicast") &&
           !in({"224.0.0.0", 4}) && !in({"ff00::", 8});
  return false;
}

std::strong_ordering compare_by(const std::string& key, const interface_address& a, const interface_address& b) {
  if (key == "default") return b.is_default <=> a.is_default;
  if (key == "private") return is_private_address(b.ip) <=> is_private_address(a.ip);
  if (key == "name") return a.interface <=> b.interface;
  if (key == "type") return is_v4(b) <=> is_v4(a);
  // Sorts the larger network first: it has the shorter prefix relative to the address length.
  auto host_bits = [](const interface_address& x) { return (is_v4(x) ? 32 : 128) - x.prefix_length; };
  if (key == "size") return host_bits(b) <=> host_bits(a);
  if (key == "address") {
    auto x = ip_address::parse(a.ip), y = ip_address::parse(b.ip);
    if (x && y) return std::tie(y->is_v4, x->bytes) <=> std::tie(x->is_v4, y->bytes);
  }
  return std::strong_ordering::equal;
}

expected<interface_list> sorted(const std::string& keys, interface_list list) {
  auto parts = split(keys, ',');
  for (auto& p : parts) {
    auto bare = p.starts_with('+') || p.starts_with('-') ? p.substr(1) : p;
    constexpr std::array known = {"address", "default", "name", "port", "private", "size", "type"};
    if (std::ranges::find(known, bare) == known.end()) return fail("unknown sort type: " + praetor::quoted(p));
  }
  std::ranges::stable_sort(list, [&](const auto& a, const auto& b) {
    for (const auto& p : parts) {
      bool descending = p.starts_with('-');
      auto order = compare_by(descending || p.starts_with('+') ? p.substr(1) : p, a, b);
      if (order != 0) return descending ? order > 0 : order < 0;
    }
    return false;
  });
  return list;
}

expected<interface_list> filtered(bool keep, const std::string& key, const std::string& wanted, interface_list list) {
  std::function<bool(const interface_address&)> matches;
  if (key == "name" || key == "address") {
    auto pattern = std::make_shared<RE2>(wanted, RE2::Quiet);
    if (!pattern->ok()) return fail("error parsing regexp: " + pattern->error());
    matches = [pattern, key](const auto& a) { return RE2::PartialMatch(key == "name" ? a.interface : a.ip, *pattern); };
  } else if (key == "flag" || key == "flags") {
    matches = [flags = split(wanted, '|')](const auto& a) {
      return std::ranges::all_of(flags, [&](const auto& f) { return has_flag(a, f); });
    };
  } else if (key == "network") {
    auto networks = split(wanted, '|');
    for (const auto& n : networks)
      if (!ip_network::parse(n)) return fail("invalid network: " + n);
    matches = [networks](const auto& a) { return is_within(a.ip, networks); };
  } else if (key == "rfc" || key == "rfcs") {
    for (const auto& number : split(wanted, '|'))
      if (number != "6890" && number != "1918") return fail("unsupported RFC " + praetor::quoted(number));
    matches = [wanted](const auto& a) {
      static constexpr std::array rfc1918 = {network{"10.0.0.0", 8}, network{"172.16.0.0", 12},
                                             network{"192.168.0.0", 16}};
      return wanted == "1918" ? within(a.ip, rfc1918) : is_private_address(a.ip);
    };
  } else if (key == "type") {
    matches = [types = split(lower_case(wanted), '|')](const auto& a) {
      return std::ranges::any_of(types, [&](const auto& t) { return t == "ip" || t == (is_v4(a) ? "ipv4" : "ipv6"); });
    };
  } else if (key == "size") {
    matches = [wanted](const auto& a) { return "/" + std::to_string(a.prefix_length) == wanted; };
  } else {
    return fail("invalid filter: " + praetor::quoted(key));
  }
  std::erase_if(list, [&](const auto& a) { return matches(a) != keep; });
  return list;
}

ip_address shifted(ip_address ip, std::int64_t by) {
  for (int i = ip.bits() / 8; i-- > 0;) {
    auto& byte = ip.bytes[static_cast<std::size_t>(i)];
    by += byte;
    byte = static_cast<std::uint8_t>(by & 0xff);
    by >>= 8;
  }
  return ip;
}

ip_address last_of(const interface_address& a) {
  auto ip = *ip_address::parse(a.ip);
  for (int bit = a.prefix_length; bit < ip.bits(); ++bit)
    ip.bytes[static_cast<std::size_t>(bit / 8)] |= static_cast<std::uint8_t>(0x80 >> (bit % 8));
  return ip;
}

expected<std::string> attribute(const std::string& name, const interface_address& a) {
  auto ip = ip_address::parse(a.ip);
  if (!ip) return fail("not an address: " + a.ip);
  auto cidr = [&](const ip_address& x) { return x.text() + "/" + std::to_string(a.prefix_length); };
  bool single = a.prefix_length == ip->bits();
  if (name == "address" || name == "host") return ip->text();
  if (name == "string") return single ? ip->text() : cidr(*ip);
  if (name == "name") return a.interface;
  if (name == "type") return std::string(ip->is_v4 ? "IPv4" : "IPv6");
  if (name == "network") return single ? ip->text() : cidr(ip->masked(a.prefix_length));
  if (name == "mask_bits") return std::to_string(a.prefix_length);
  if (name == "port") return std::string("0");
  if (name == "first_usable")
    return shifted(ip->masked(a.prefix_length), ip->is_v4 && a.prefix_length < 31 ? 1 : 0).text();
  if (name == "last_usable") return shifted(last_of(a), ip->is_v4 && a.prefix_length < 31 ? -1 : 0).text();
  if (name == "broadcast" && ip->is_v4) return last_of(a).text();
  if (name == "netmask" && ip->is_v4) {
    ip_address ones;
    ones.bytes = {255, 255, 255, 255};
    return ones.masked(a.prefix_length).text();
  }
  return fail("unsupported attribute name " + praetor::quoted(name));
}

/// Evaluates the expressions of one template.
class evaluator {
public:
  evaluator(const std::string& text, environment& env) : text_(text), env_(env) {}

  expected<std::string> run() {
    std::string out;
    std::size_t at = 0;
    while (true) {
      auto open = text_.find("{{", at);
      if (open == std::string::npos) return out + text_.substr(at);
      out += text_.substr(at, open - at);
      auto close = end_of_action(open + 2);
      auto action = text_.substr(open + 2, close == std::string::npos ? std::string::npos : close - open - 2);
      trim(action, out);
      auto value = pipeline(action);
      if (!value) return tl::unexpected(value.error());
      if (close == std::string::npos) return parse_error("unclosed action");
      out += shown(*value);
      at = close + 2;
      if (text_[close - 1] == '-')
        while (at < text_.size() && std::isspace(static_cast<unsigned char>(text_[at])) != 0) ++at;
    }
  }

private:
  static void trim(std::string& action, std::string& before) {
    if (action.starts_with("- ")) {
      action.erase(0, 1);
      while (!before.empty() && std::isspace(static_cast<unsigned char>(before.back())) != 0) before.pop_back();
    }
    if (action.ends_with(" -")) action.pop_back();
  }

  std::size_t end_of_action(std::size_t from) const {
    char quote = 0;
    for (auto i = from; i + 1 < text_.size(); ++i) {
      if (quote != 0) {
        if (text_[i] == '\\' && quote == '"')
          ++i;
        else if (text_[i] == quote)
          quote = 0;
      } else if (text_[i] == '"' || text_[i] == '`') {
        quote = text_[i];
      } else if (text_[i] == '}' && text_[i + 1] == '}') {
        return i;
      }
    }
    return std::string::npos;
  }

  tl::unexpected<error> parse_error(const std::string& why) const {
    return fail("unable to parse template " + praetor::quoted(text_) + ": template: sockaddr.Parse:1: " + why);
  }
  tl::unexpected<error> run_error(const std::string& function, const std::string& why) const {
    return fail("unable to execute sockaddr input " + praetor::quoted(text_) +
                ": template: sockaddr.Parse:1: error calling " + function + ": " + why);
  }

  static std::string shown(const result& v) {
    if (const auto* text = std::get_if<std::string>(&v)) return *text;
    if (const auto* number = std::get_if<std::int64_t>(&v)) return std::to_string(*number);
    std::string out = "[";
    for (const auto& a : std::get<interface_list>(v))
      out += (out.size() > 1 ? " " : "") + a.ip + "/" + std::to_string(a.prefix_length);
    return out + "]";
  }

  struct word {
    std::string text;
    bool literal = false;
  };

  expected<std::vector<std::vector<word>>> words_of(const std::string& action) const {
    std::vector<std::vector<word>> commands(1);
    for (std::size_t i = 0; i < action.size();) {
      auto c = action[i];
      if (std::isspace(static_cast<unsigned char>(c)) != 0) {
        ++i;
      } else if (c == '|') {
        commands.emplace_back();
        ++i;
      } else if (c == '"' || c == '`') {
        word w{{}, true};
        for (++i; i < action.size() && action[i] != c; ++i) {
          if (c == '"' && action[i] == '\\' && i + 1 < action.size()) ++i;
          w.text += action[i];
        }
        if (i == action.size())
          return parse_error(c == '"' ? "unterminated quoted string" : "unterminated raw quoted string");
        ++i;
        commands.back().push_back(std::move(w));
      } else {
        word w;
        while (i < action.size() && std::isspace(static_cast<unsigned char>(action[i])) == 0 && action[i] != '|')
          w.text += action[i++];
        commands.back().push_back(std::move(w));
      }
    }
    return commands;
  }

  expected<result> pipeline(const std::string& action) {
    auto commands = words_of(action);
    if (!commands) return tl::unexpected(commands.error());
    std::optional<result> value;
    for (const auto& command : *commands) {
      if (command.empty()) return parse_error("missing value for command");
      auto next = call(command, value);
      if (!next) return next;
      value = std::move(*next);
    }
    return std::move(*value);
  }

  expected<result> call(const std::vector<word>& command, const std::optional<result>& piped) {
    std::vector<result> arguments;
    for (std::size_t i = 1; i < command.size(); ++i) {
      auto v = operand(command[i]);
      if (!v) return v;
      arguments.push_back(std::move(*v));
    }
    if (piped) arguments.push_back(*piped);
    const auto& name = command[0];
    if (arguments.empty() && (name.literal || name.text == "." || is_number(name.text))) return operand(name);
    if (auto listed = list_source(name.text)) return std::move(*listed);
    if (auto applied = apply(name.text, arguments)) return std::move(*applied);
    if (name.text == "range" || name.text == "with" || name.text == "if" || name.text == "end")
      return parse_error("control structures are not supported in addresses");
    return parse_error("function " + praetor::quoted(name.text) + " not defined");
  }

  static bool is_number(const std::string& text) {
    auto digits = text.starts_with('-') ? text.substr(1) : text;
    return !digits.empty() && digits.size() < 10 &&
           std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
  }

  expected<result> operand(const word& w) {
    if (w.literal) return w.text;
    if (is_number(w.text)) return static_cast<std::int64_t>(std::stoll(w.text));
    if (w.text == ".") {
      auto all = interfaces();
      if (!all) return tl::unexpected(all.error());
      return std::move(*all);
    }
    return parse_error("function " + praetor::quoted(w.text) + " not defined");
  }

  expected<interface_list> interfaces() { return env_.interfaces(); }

  expected<interface_list> selected(bool wants_private) {
    auto all = interfaces();
    if (!all) return all;
    std::erase_if(*all, [&](const auto& a) {
      return !has_flag(a, "forwardable") || !has_flag(a, "up") || is_private_address(a.ip) != wants_private;
    });
    return sorted("default,type,size", std::move(*all));
  }

  /// Functions that produce a list without input, and those that return its addresses as text.
  std::optional<expected<result>> list_source(const std::string& name) {
    auto as_result = [](expected<interface_list> list) -> expected<result> {
      if (!list) return tl::unexpected(list.error());
      return std::move(*list);
    };
    if (name == "GetAllInterfaces") return as_result(interfaces());
    if (name == "GetPrivateInterfaces") return as_result(selected(true));
    if (name == "GetPublicInterfaces") return as_result(selected(false));
    if (name == "GetDefaultInterfaces") {
      auto all = interfaces();
      if (all) std::erase_if(*all, [](const auto& a) { return !a.is_default; });
      return as_result(std::move(all));
    }
    bool many = name.ends_with("IPs");
    if (name == "GetPrivateIP" || name == "GetPrivateIPs") return addresses_of(selected(true), many);
    if (name == "GetPublicIP" || name == "GetPublicIPs") return addresses_of(selected(false), many);
    return std::nullopt;
  }

  static expected<result> addresses_of(const expected<interface_list>& list, bool many) {
    if (!list) return tl::unexpected(list.error());
    std::string out;
    for (const auto& a : *list) {
      out += (out.empty() ? "" : " ") + a.ip;
      if (!many) break;
    }
    return out;
  }

  /// Functions with arguments. The last argument is the piped value.
  std::optional<expected<result>> apply(const std::string& name, std::vector<result>& arguments) {
    static const std::map<std::string, std::size_t> arity = {
        {"GetInterfaceIP", 1}, {"GetInterfaceIPs", 1}, {"sort", 2}, {"include", 3}, {"exclude", 3}, {"limit", 2},
        {"offset", 2},         {"unique", 2},          {"attr", 2}, {"Attr", 2},    {"join", 3},    {"math", 3}};
    auto known = arity.find(name);
    if (known == arity.end()) return std::nullopt;
    if (arguments.size() != known->second)
      return parse_error("wrong number of args for " + name + ": want " + std::to_string(known->second) + " got " +
                         std::to_string(arguments.size()));
    if (name.starts_with("GetInterfaceIP")) {
      const auto* interface = std::get_if<std::string>(&arguments[0]);
      if (interface == nullptr) return run_error(name, "expected a name");
      auto all = interfaces();
      if (all)
        std::erase_if(*all, [&](const auto& a) { return a.interface != *interface || !has_flag(a, "forwardable"); });
      if (all) all = sorted("type,size", std::move(*all));
      return addresses_of(all, name.ends_with("s"));
    }
    auto* list = std::get_if<interface_list>(&arguments.back());
    if (list == nullptr) return run_error(name, "expected a list of interfaces");
    auto taken = std::move(*list);
    arguments.pop_back();
    auto outcome = on_list(name, arguments, std::move(taken));
    if (!outcome) return run_error(name, outcome.error().text);
    return outcome;
  }

  expected<result> on_list(const std::string& name, const std::vector<result>& arguments, interface_list list) {
    auto text = [&](std::size_t i) {
      const auto* t = std::get_if<std::string>(&arguments[i]);
      return t == nullptr ? std::string() : *t;
    };
    auto wrap = [](expected<interface_list> l) -> expected<result> {
      if (!l) return tl::unexpected(l.error());
      return std::move(*l);
    };
    if (name == "sort") return wrap(sorted(text(0), std::move(list)));
    if (name == "include" || name == "exclude")
      return wrap(filtered(name == "include", text(0), text(1), std::move(list)));
    if (name == "limit" || name == "offset") {
      const auto* n = std::get_if<std::int64_t>(&arguments[0]);
      if (n == nullptr) return fail("expected a number");
      auto size = static_cast<std::int64_t>(list.size());
      if (name == "limit") {
        if (*n >= 0 && *n < size) list.resize(static_cast<std::size_t>(*n));
        return list;
      }
      auto start = std::clamp<std::int64_t>(*n < 0 ? size + *n : *n, 0, size);
      list.erase(list.begin(), list.begin() + start);
      return list;
    }
    if (name == "unique") {
      interface_list out;
      for (auto& a : list)
        if (std::ranges::none_of(
                out, [&](const auto& o) { return text(0) == "name" ? o.interface == a.interface : o.ip == a.ip; }))
          out.push_back(std::move(a));
      return out;
    }
    if (name == "math") return math(text(0), text(1), std::move(list));
    if (name == "join") {
      std::string out;
      for (const auto& a : list) {
        auto part = attribute(text(0), a);
        if (!part) return tl::unexpected(part.error());
        out += (out.empty() ? "" : text(1)) + *part;
      }
      return out;
    }
    if (list.empty()) return std::string();
    auto first = attribute(text(0), list[0]);
    if (!first) return tl::unexpected(first.error());
    return std::move(*first);
  }

  static expected<result> math(const std::string& operation, const std::string& operand, interface_list list) {
    auto digits = operand.starts_with('+') ? operand.substr(1) : operand;
    std::int64_t by = 0;
    auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), by);
    if (code != std::errc{} || end != digits.data() + digits.size())
      return fail("unable to convert " + praetor::quoted(operand) + " to a number");
    for (auto& a : list) {
      auto ip = ip_address::parse(a.ip);
      if (!ip) continue;
      if (operation == "address") {
        a.ip = shifted(*ip, by).text();
      } else if (operation == "network") {
        auto size = std::min(ip->bits() - a.prefix_length, 62);
        auto offset = by < 0 ? (std::int64_t{1} << size) + by : by;
        a.ip = shifted(ip->masked(a.prefix_length), offset).text();
      } else if (operation == "mask") {
        if (by < 0 || by > ip->bits()) return fail("mask out of range: " + operand);
        a.prefix_length = static_cast<int>(by);
        a.ip = ip->masked(a.prefix_length).text();
      } else {
        return fail("unsupported math operation: " + praetor::quoted(operation));
      }
    }
    return list;
  }

  const std::string& text_;
  environment& env_;
};

} // namespace

bool is_private_address(const std::string& text) { return within(text, private_networks); }

expected<std::string> expand_template(const std::string& text, environment& env) {
  if (text.find("{{") == std::string::npos) return text;
  return evaluator(text, env).run();
}

} // namespace praetor::config
