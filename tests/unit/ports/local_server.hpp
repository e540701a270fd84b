#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

/// Accepts connections on a free loopback port, or on a unix socket, and passes each to a function, on a thread of its
/// own.
class local_server {
public:
  /// @param path of the unix socket; empty: a port
  explicit local_server(std::function<void(int socket)> serve, std::string path = {});
  ~local_server();
  int port() const { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

private:
  void accept_all();

  std::function<void(int)> serve_;
  int listener_ = -1;
  int port_ = 0;
  std::string path_;
  std::vector<std::thread> threads_; // of connections; used by the accepting thread until it has ended
  std::thread acceptor_;
};

/// Reads an HTTP request's head, and its body if it has a length. @returns everything received
std::string read_request(int socket);
void send_all(int socket, const std::string& bytes);
/// Waits, with a timeout, until the peer has closed. @returns false if it has not
bool wait_for_end(int socket);
/// A loopback port without a listener.
int closed_port();
