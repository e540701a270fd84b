#include "options.hpp"
#include "samples.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <poll.h>
#include <sstream>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace praetor::bench {

namespace {

constexpr std::size_t max_packet = 4096;
constexpr std::size_t batch = 64;
constexpr auto answer_timeout = std::chrono::seconds{1};

std::uint16_t type_number(const std::string& name) {
  static const std::map<std::string, std::uint16_t> numbers{{"A", 1},    {"NS", 2},    {"SOA", 6},  {"PTR", 12},
                                                            {"TXT", 16}, {"AAAA", 28}, {"SRV", 33}, {"ANY", 255}};
  const auto found = numbers.find(name);
  if (found == numbers.end()) throw std::runtime_error("unknown DNS type " + name);
  return found->second;
}

/// A query without its ID (the first two bytes are zero), recursion not desired, no EDNS.
std::string build_query(const std::string& type, const std::string& name) {
  std::string out("\0\0\0\0\0\1\0\0\0\0\0\0", 12);
  std::istringstream labels{name};
  for (std::string label; std::getline(labels, label, '.');) {
    if (label.empty() || label.size() > 63) throw std::runtime_error("bad name " + name);
    out += static_cast<char>(label.size());
    out += label;
  }
  const auto number = type_number(type);
  out += '\0';
  out += static_cast<char>(number >> 8);
  out += static_cast<char>(number & 0xff);
  return out.append("\0\1", 2);
}

/// Keeps a number of queries outstanding; the ID of a query is its slot.
class dns_load {
public:
  explicit dns_load(const options& given) : outstanding_(static_cast<std::size_t>(given.number("outstanding", 64))) {
    std::ifstream in{given.text("questions")};
    for (std::string type, name; in >> type >> name;) queries_.push_back(build_query(type, name));
    if (queries_.empty()) throw std::runtime_error("no questions in " + given.text("questions"));
    if (outstanding_ == 0 || outstanding_ > 65536)
      throw std::runtime_error("--outstanding must be between 1 and 65536");
    slots_.resize(outstanding_);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(given.number("port", 8600)));
    if (inet_pton(AF_INET, given.text("host", "127.0.0.1").c_str(), &address.sin_addr) != 1)
      throw std::runtime_error("not an IPv4 address");
    fd_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int space = 4 << 20;
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &space, sizeof space);
    if (fd_ < 0 || ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error(std::string{"socket: "} + std::strerror(errno));
  }

  dns_load(const dns_load&) = delete;
  dns_load& operator=(const dns_load&) = delete;
  ~dns_load() { ::close(fd_); }

  std::string run(clock::duration warmup, clock::duration measured) {
    for (std::size_t slot = 0; slot < outstanding_; ++slot) free_.push_back(slot);
    auto start = clock::now();
    auto warm = false;
    auto last_sweep = start;
    for (;;) {
      ask();
      pollfd waiting{fd_, POLLIN, 0};
      ::poll(&waiting, 1, 100);
      receive();
      const auto now = clock::now();
      if (now - last_sweep > answer_timeout / 4) {
        last_sweep = now;
        sweep(now);
      }
      if (!warm && now - start >= warmup) {
        warm = true;
        start = now;
        seen_.clear();
      } else if (warm && now - start >= measured) {
        return seen_.json(now - start);
      }
    }
  }

private:
  struct slot {
    std::string packet;
    clock::time_point sent_at;
    bool busy = false;
  };

  void ask() {
    mmsghdr messages[batch];
    iovec parts[batch];
    while (!free_.empty()) {
      const auto count = std::min(free_.size(), batch);
      const auto now = clock::now();
      for (std::size_t i = 0; i < count; ++i) {
        const auto id = free_[free_.size() - 1 - i];
        auto& one = slots_[id];
        one.packet = queries_[next_++ % queries_.size()];
        one.packet[0] = static_cast<char>(id >> 8);
        one.packet[1] = static_cast<char>(id & 0xff);
        one.sent_at = now;
        parts[i] = {one.packet.data(), one.packet.size()};
        messages[i] = {};
        messages[i].msg_hdr.msg_iov = &parts[i];
        messages[i].msg_hdr.msg_iovlen = 1;
      }
      const int sent = ::sendmmsg(fd_, messages, static_cast<unsigned>(count), 0);
      if (sent < 0) {
        if (errno == ECONNREFUSED) throw std::runtime_error("nothing listens on the DNS port");
        return;
      }
      for (int i = 0; i < sent; ++i) {
        slots_[free_.back()].busy = true;
        free_.pop_back();
      }
      if (static_cast<std::size_t>(sent) < count) return;
    }
  }

  void receive() {
    static char buffers[batch][max_packet];
    mmsghdr messages[batch];
    iovec parts[batch];
    for (;;) {
      for (std::size_t i = 0; i < batch; ++i) {
        parts[i] = {buffers[i], max_packet};
        messages[i] = {};
        messages[i].msg_hdr.msg_iov = &parts[i];
        messages[i].msg_hdr.msg_iovlen = 1;
      }
      const int got = ::recvmmsg(fd_, messages, batch, MSG_DONTWAIT, nullptr);
      if (got <= 0) return;
      const auto now = clock::now();
      for (int i = 0; i < got; ++i) take_answer(buffers[i], messages[i].msg_len, now);
      if (static_cast<std::size_t>(got) < batch) return;
    }
  }

  void take_answer(const char* packet, std::size_t size, clock::time_point now) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(packet);
    const std::size_t id = size < 12 ? outstanding_ : static_cast<std::size_t>(bytes[0] << 8 | bytes[1]);
    if (id >= outstanding_ || !slots_[id].busy) {
      seen_.count("unexpected");
      return;
    }
    slots_[id].busy = false;
    free_.push_back(id);
    seen_.add(now - slots_[id].sent_at);
    if (const int code = bytes[3] & 0x0f; code != 0)
      seen_.count("rcode " + std::to_string(code));
    else if (bytes[6] == 0 && bytes[7] == 0)
      seen_.count("empty");
  }

  void sweep(clock::time_point now) {
    for (std::size_t id = 0; id < slots_.size(); ++id) {
      if (slots_[id].busy && now - slots_[id].sent_at > answer_timeout) {
        slots_[id].busy = false;
        free_.push_back(id);
        seen_.count("lost");
      }
    }
  }

  std::vector<std::string> queries_;
  std::vector<slot> slots_;
  std::vector<std::size_t> free_;
  samples seen_;
  std::size_t outstanding_;
  std::size_t next_ = 0;
  int fd_;
};

} // namespace

int run_dns_load(const options& given) {
  const auto span = [&](const char* name, double fallback) {
    return std::chrono::duration_cast<clock::duration>(std::chrono::duration<double>(given.real(name, fallback)));
  };
  dns_load load{given};
  std::puts(load.run(span("warmup", 0.5), span("seconds", 3)).c_str());
  return 0;
}

} // namespace praetor::bench
