#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace praetor {

/// Takes the output of a container apart where stdout and stderr share a stream: a header of eight bytes (stream, three
/// zeros, length) precedes each piece (Docker Engine API, "Attach to a container", stream format). Keeps a header at
/// most.
class docker_stream {
public:
  /// The content type of such a stream. Any other is the plain output of a terminal.
  static constexpr std::string_view content_type = "application/vnd.docker.multiplexed-stream";

  /// Consumes the next bytes. @returns what both streams have written in them, and a remark in the place of the rest
  /// once something else than a header stands where one belongs
  std::string take(std::string_view bytes);

private:
  std::string header_;
  std::uint32_t left_ = 0; ///< bytes of the present piece
  bool damaged_ = false;
};

} // namespace praetor
