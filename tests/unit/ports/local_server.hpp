#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

/// Takes connections on a free port of the loopback address and hands each to a function, on a thread of its own.
class local_server {
public:
  explicit local_server(std::function<void(int socket)> serve);
  ~local_server();
  int port() const { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

private:
  void accept_all();

  std::function<void(int)> serve_;
  int listener_ = -1;
  int port_ = 0;
  std::vector<std::thread> threads_; // of connections; touched by the accepting thread until it has ended
  std::thread acceptor_;
};

/// Reads an HTTP request's head, and its body where it has a length. @returns what came, all of it
std::string read_request(int socket);
void send_all(int socket, const std::string& bytes);
/// Waits, within limits, until the other side is gone. @returns false if it is still there
bool wait_for_end(int socket);
/// A port of the loopback address that nobody listens on.
int closed_port();
