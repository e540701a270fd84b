#pragma once

#include "actors/rpc/byte_pipe.hpp"
#include "frontends/api/exchange.hpp"
#include "frontends/api/side_thread.hpp"
#include "storage/files/scratch_file.hpp"

#include <functional>
#include <memory>

namespace praetor::api {

// Streams bodies between files, the pipes of actors, and the answers of frontends. No body is ever held completely in
// memory. Each step is a short task on the mover thread. Streams are dropped when the agent stops.

/// Streams a file from its beginning.
std::shared_ptr<byte_pipe> piped(const std::shared_ptr<side_thread>& mover,
                                 std::shared_ptr<storage::scratch_file> file);

/// Writes the bytes of a pipe to a file.
/// @param most the limit in bytes; a longer stream fails with status 413
/// @param done called once on the mover, with the error if there is one; not called if the agent stops
void store(const std::shared_ptr<side_thread>& mover, std::shared_ptr<byte_pipe> from,
           std::shared_ptr<storage::scratch_file> into, std::uint64_t most, std::function<void(expected<void>)> done);

/// Forwards the bytes of a pipe as the rest of an answer. If the stream fails, the answer is truncated.
void pump(const std::shared_ptr<side_thread>& mover, std::shared_ptr<byte_pipe> from, std::shared_ptr<body_stream> to);

/// The writer's end of a pipe as a body_stream for endpoints. Destroying it without `finish` fails the pipe.
std::shared_ptr<body_stream> writer_of(std::shared_ptr<byte_pipe> pipe);

} // namespace praetor::api
