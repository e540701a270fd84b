#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "protocol/config/key_row.hpp"

namespace praetor::config {

/// An address to listen on or to advertise: an IP address with a port, or the path of a Unix socket.
struct endpoint {
  std::string host; ///< IP address in text form; empty for a Unix socket
  std::int64_t port = 0;
  std::string path; ///< of a Unix socket, otherwise empty

  bool is_unix() const { return !path.empty(); }
  bool is_set() const { return is_unix() || !host.empty(); }
  /// "127.0.0.1:8500", "[::1]:8500" or the path.
  std::string text() const;
  bool operator==(const endpoint&) const = default;
};

/// Configured ports; -1 means off.
struct port_numbers {
  std::int64_t dns = -1, http = -1, https = -1, grpc = -1, grpc_tls = -1;
  std::int64_t server = 8300, serf_lan = 8301, serf_wan = -1;
  std::int64_t proxy_min = 0, proxy_max = 0;
  std::int64_t sidecar_min = 0, sidecar_max = 0;
  std::int64_t expose_min = 0, expose_max = 0;
  bool operator==(const port_numbers&) const = default;
};

/// The members of `runtime_config` that the keys below set.
struct address_section {
  std::string bind_addr;
  string_list client_addrs;
  std::string advertise_addr_lan, advertise_addr_wan;
  endpoint rpc_bind, rpc_advertise;
  endpoint serf_bind_lan, serf_bind_wan;           ///< `serf_bind_wan` is unset when WAN federation is off
  endpoint serf_advertise_lan, serf_advertise_wan; ///< as above
  string_list serf_lan_allowed_cidrs, serf_wan_allowed_cidrs;
  std::vector<endpoint> dns_addrs, http_addrs, https_addrs, grpc_addrs, grpc_tls_addrs;
  string_list dns_recursors; ///< address:port
  string_map tagged_addresses;
  port_numbers ports;
  std::string unix_socket_user, unix_socket_group, unix_socket_mode;
  bool operator==(const address_section&) const = default;
};

} // namespace praetor::config

namespace praetor::config::keys {

/// Listen addresses, and the addresses that the agent advertises.
template <class Config>
inline constexpr key_row addresses[] = {
    {.path = "bind_addr",
     .kind = k::text,
     .initial = "0.0.0.0",
     .in_dev_mode = "127.0.0.1",
     .member = at<&Config::bind_addr>,
     .shown = "BindAddr",
     .flag = "bind",
     .doc = "Address to listen on for the traffic between members."},
    {.path = "client_addr",
     .kind = k::text,
     .initial = "127.0.0.1",
     .member = at<&Config::client_addrs>,
     .shown = "ClientAddrs",
     .flag = "client",
     .doc = "Addresses to listen on for clients: DNS, HTTP, HTTPS, gRPC."},
    {.path = "addresses.dns", .kind = k::text, .doc = "Addresses to listen on for DNS, instead of `client_addr`."},
    {.path = "addresses.http",
     .kind = k::text,
     .doc = "Addresses or Unix sockets to listen on for HTTP, instead of `client_addr`."},
    {.path = "addresses.https",
     .kind = k::text,
     .doc = "Addresses or Unix sockets to listen on for HTTPS, instead of `client_addr`."},
    {.path = "addresses.grpc", .kind = k::text, .traits = no_effect, .doc = "Addresses to listen on for gRPC."},
    {.path = "addresses.grpc_tls",
     .kind = k::text,
     .traits = no_effect,
     .doc = "Addresses to listen on for gRPC with TLS."},
    {.path = "advertise_addr",
     .kind = k::text,
     .computed = "`bind_addr`, or the private address",
     .member = at<&Config::advertise_addr_lan>,
     .shown = "AdvertiseAddrLAN",
     .flag = "advertise",
     .doc = "Address at which other members reach this agent."},
    {.path = "advertise_addr_ipv4",
     .kind = k::text,
     .computed = "`advertise_addr`",
     .doc = "IPv4 address for clients that request one."},
    {.path = "advertise_addr_ipv6",
     .kind = k::text,
     .computed = "`advertise_addr`",
     .doc = "IPv6 address for clients that request one."},
    {.path = "advertise_addr_wan",
     .kind = k::text,
     .computed = "`advertise_addr`",
     .member = at<&Config::advertise_addr_wan>,
     .shown = "AdvertiseAddrWAN",
     .flag = "advertise-wan",
     .doc = "Address at which servers of other datacenters reach this server."},
    {.path = "advertise_addr_wan_ipv4",
     .kind = k::text,
     .computed = "`advertise_addr_wan`",
     .doc = "IPv4 address for other datacenters."},
    {.path = "advertise_addr_wan_ipv6",
     .kind = k::text,
     .computed = "`advertise_addr_wan`",
     .doc = "IPv6 address for other datacenters."},
    {.path = "serf_lan",
     .kind = k::text,
     .computed = "`bind_addr`",
     .flag = "serf-lan-bind",
     .doc = "Address to listen on for LAN gossip."},
    {.path = "serf_wan",
     .kind = k::text,
     .computed = "`bind_addr`",
     .flag = "serf-wan-bind",
     .doc = "Address to listen on for WAN gossip."},
    {.path = "serf_lan_allowed_cidrs",
     .kind = k::text_list,
     .member = at<&Config::serf_lan_allowed_cidrs>,
     .shown = "SerfAllowedCIDRsLAN",
     .flag = "serf-lan-allowed-cidrs",
     .doc = "Allowed network (CIDR) of LAN members; may be given several times."},
    {.path = "serf_wan_allowed_cidrs",
     .kind = k::text_list,
     .member = at<&Config::serf_wan_allowed_cidrs>,
     .shown = "SerfAllowedCIDRsWAN",
     .flag = "serf-wan-allowed-cidrs",
     .doc = "Allowed network (CIDR) of WAN members; may be given several times."},
    {.path = "recursors",
     .kind = k::text_list,
     .traits = reloadable,
     .member = at<&Config::dns_recursors>,
     .shown = "DNSRecursors",
     .flag = "recursor",
     .doc = "DNS server for names of other domains; may be given several times."},
    {.path = "tagged_addresses",
     .kind = k::text_map,
     .computed = "lan, wan and their families",
     .member = at<&Config::tagged_addresses>,
     .shown = "TaggedAddresses",
     .doc = "Further addresses of this node by name."},
    {.path = "ports.dns",
     .kind = k::integer,
     .initial = "8600",
     .member = at<&Config::ports, &port_numbers::dns>,
     .shown = "DNSPort",
     .flag = "dns-port",
     .doc = "DNS port."},
    {.path = "ports.http",
     .kind = k::integer,
     .initial = "8500",
     .member = at<&Config::ports, &port_numbers::http>,
     .shown = "HTTPPort",
     .flag = "http-port",
     .doc = "HTTP port."},
    {.path = "ports.https",
     .kind = k::integer,
     .initial = "-1",
     .member = at<&Config::ports, &port_numbers::https>,
     .shown = "HTTPSPort",
     .flag = "https-port",
     .doc = "HTTPS port."},
    {.path = "ports.server",
     .kind = k::integer,
     .initial = "8300",
     .member = at<&Config::ports, &port_numbers::server>,
     .shown = "ServerPort",
     .flag = "server-port",
     .doc = "Port for the traffic between servers."},
    {.path = "ports.serf_lan",
     .kind = k::integer,
     .initial = "8301",
     .member = at<&Config::ports, &port_numbers::serf_lan>,
     .shown = "SerfPortLAN",
     .flag = "serf-lan-port",
     .doc = "LAN gossip port."},
    {.path = "ports.serf_wan",
     .kind = k::integer,
     .initial = "8302",
     .member = at<&Config::ports, &port_numbers::serf_wan>,
     .shown = "SerfPortWAN",
     .flag = "serf-wan-port",
     .doc = "WAN gossip port."},
    {.path = "ports.grpc",
     .kind = k::integer,
     .traits = no_effect,
     .initial = "-1",
     .in_dev_mode = "8502",
     .member = at<&Config::ports, &port_numbers::grpc>,
     .shown = "GRPCPort",
     .flag = "grpc-port",
     .doc = "gRPC port without TLS."},
    {.path = "ports.grpc_tls",
     .kind = k::integer,
     .traits = no_effect,
     .computed = "8503 on servers",
     .member = at<&Config::ports, &port_numbers::grpc_tls>,
     .shown = "GRPCTLSPort",
     .flag = "grpc-tls-port",
     .doc = "gRPC port with TLS."},
    {.path = "ports.proxy_min_port",
     .kind = k::integer,
     .traits = no_effect,
     .initial = "20000",
     .member = at<&Config::ports, &port_numbers::proxy_min>,
     .doc = "Lowest port assigned to a proxy."},
    {.path = "ports.proxy_max_port",
     .kind = k::integer,
     .traits = no_effect,
     .initial = "20255",
     .member = at<&Config::ports, &port_numbers::proxy_max>,
     .doc = "Highest port assigned to a proxy."},
    {.path = "ports.sidecar_min_port",
     .kind = k::integer,
     .traits = no_effect,
     .initial = "21000",
     .member = at<&Config::ports, &port_numbers::sidecar_min>,
     .shown = "ConnectSidecarMinPort",
     .doc = "Lowest port assigned to a sidecar."},
    {.path = "ports.sidecar_max_port",
     .kind = k::integer,
     .traits = no_effect,
     .initial = "21255",
     .member = at<&Config::ports, &port_numbers::sidecar_max>,
     .shown = "ConnectSidecarMaxPort",
     .doc = "Highest port assigned to a sidecar."},
    {.path = "ports.expose_min_port",
     .kind = k::integer,
     .traits = no_effect,
     .initial = "21500",
     .member = at<&Config::ports, &port_numbers::expose_min>,
     .shown = "ExposeMinPort",
     .doc = "Lowest port on which a proxy exposes a check."},
    {.path = "ports.expose_max_port",
     .kind = k::integer,
     .traits = no_effect,
     .initial = "21755",
     .member = at<&Config::ports, &port_numbers::expose_max>,
     .shown = "ExposeMaxPort",
     .doc = "Highest port on which a proxy exposes a check."},
    {.path = "unix_sockets.user",
     .kind = k::text,
     .member = at<&Config::unix_socket_user>,
     .shown = "UnixSocketUser",
     .doc = "Owner of Unix sockets: a name or a number."},
    {.path = "unix_sockets.group",
     .kind = k::text,
     .member = at<&Config::unix_socket_group>,
     .shown = "UnixSocketGroup",
     .doc = "Group of Unix sockets: a name or a number."},
    {.path = "unix_sockets.mode",
     .kind = k::text,
     .member = at<&Config::unix_socket_mode>,
     .shown = "UnixSocketMode",
     .doc = "Permissions of Unix sockets, in octal."},
};

} // namespace praetor::config::keys
