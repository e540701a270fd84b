#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

/// An HTTP server on loopback that answers from a table and records its requests.
class fake_agent {
public:
  struct answer {
    int status = 200; ///< 0: the connection closes without an answer
    std::string body;
    std::string headers; ///< further header lines, each ending with "\r\n"
  };

  fake_agent();
  ~fake_agent();

  /// Sets the answer to requests with this prefix ("GET /v1/kv/a"); the longest prefix wins.
  void when(const std::string& start, answer what);
  void when(const std::string& start, std::function<answer()> what);
  /// "METHOD TARGET" and, if there is a body, a line feed and the body; in order of arrival.
  std::vector<std::string> requests();
  /// Headers of the last request, with lower-case names.
  std::map<std::string, std::string> last_headers();
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

private:
  void serve();
  void serve_connection(int connection);
  int listener_ = -1;
  int port_ = 0;
  std::mutex mutex_;
  bool stopping_ = false;
  std::vector<int> connections_;
  std::vector<std::thread> servers_;
  std::map<std::string, std::function<answer()>> table_;
  std::vector<std::string> requests_;
  std::map<std::string, std::string> headers_;
  std::thread thread_;
};
