#include "actors/ports/grpc_answer.hpp"
#include "actors/ports/http2_session.hpp"
#include "protocol/codec/docker_stream.hpp"
#include "protocol/codec/grpc_health.hpp"

#include <cstddef>
#include <cstdint>

/// What a server sends to a check, in pieces: a session neither crashes nor keeps more than it says, and what it heard
/// is judged. The same bytes as a health message and as the output of a container.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace praetor;
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (std::size_t piece : {std::size_t{7}, bytes.size() + 1}) {
    http2_session session;
    session.send_ping();
    session.send_request({{":method", "POST"}, {":scheme", "http"}, {":path", "/"}, {":authority", "a"}}, "body");
    (void)session.output();
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      if (!session.receive(bytes.substr(at, piece))) break;
      (void)session.output();
    }
    (void)judge_grpc_answer(session.answer());
    (void)session.lost();
    PRAETOR_ASSERT(session.answer().body.size() <= http2_session::most_received);
  }
  (void)decode_health_response(bytes);
  docker_stream streams;
  auto output = streams.take(bytes);
  PRAETOR_ASSERT(output.size() <= bytes.size());
  return 0;
}
