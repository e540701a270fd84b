// The server with a handler that does nothing: what the socket side alone costs.
//   http_hello PORT [THREADS]

#include "frontends/http/server.hpp"

#include <cstdio>
#include <cstdlib>
#include <semaphore.h>
#include <signal.h>

using namespace praetor;

namespace {
sem_t ended;
}

int main(int argc, char** argv) {
  http::server_options options;
  options.listeners.push_back({"127.0.0.1", static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 8500)});
  options.threads = argc > 2 ? static_cast<unsigned>(std::atoi(argv[2])) : 0;
  auto body = std::make_shared<const std::string>("{\"Value\":\"" + std::string(188, 'x') + "\"}");
  http::server server;
  auto started = server.start(std::move(options), [body](const endpoints::exchange_ptr& exchange) {
    endpoints::answer answer;
    answer.content_type = "application/json";
    answer.headers = {{"Vary", "Accept-Encoding"},   {"X-Consul-Default-Acl-Policy", "allow"},
                      {"X-Consul-Index", "104"},     {"X-Consul-Knownleader", "true"},
                      {"X-Consul-Lastcontact", "0"}, {"X-Consul-Query-Backend", "blocking-query"}};
    answer.body = body;
    exchange->respond(std::move(answer));
  });
  if (!started) {
    std::fprintf(stderr, "%s\n", started.error().text.c_str());
    return 1;
  }
  sem_init(&ended, 0, 0);
  signal(SIGINT, [](int) { sem_post(&ended); });
  signal(SIGTERM, [](int) { sem_post(&ended); });
  while (sem_wait(&ended) != 0) {
  }
  server.stop();
  std::printf("%llu requests\n", static_cast<unsigned long long>(server.counters().requests));
}
