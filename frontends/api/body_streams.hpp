#pragma once

#include "actors/rpc/byte_pipe.hpp"
#include "frontends/api/exchange.hpp"
#include "frontends/api/side_thread.hpp"
#include "storage/files/scratch_file.hpp"

#include <functional>
#include <memory>

namespace praetor::api {

// Bodies in passing: between files, the pipes of actors, and the answers of frontends. None is ever held whole, and
// each step is a short piece of work for the thread that moves bytes. What is under way when the agent ends is dropped.

/// A file's bytes from its beginning.
std::shared_ptr<byte_pipe> piped(const std::shared_ptr<side_thread>& mover,
                                 std::shared_ptr<storage::scratch_file> file);

/// Puts what comes through a pipe into a file.
/// @param most bytes; a longer stream fails with status 413
/// @param done runs once on the mover, with what went wrong if something did; not at all if the agent ends
void store(const std::shared_ptr<side_thread>& mover, std::shared_ptr<byte_pipe> from,
           std::shared_ptr<storage::scratch_file> into, std::uint64_t most, std::function<void(expected<void>)> done);

/// Hands on what comes through a pipe as the rest of an answer. Where it breaks off the answer does too.
void hand_on(const std::shared_ptr<side_thread>& mover, std::shared_ptr<byte_pipe> from,
             std::shared_ptr<body_stream> to);

/// The writer's end of a pipe, as endpoints know it. Letting it go without `finish` fails the pipe.
std::shared_ptr<body_stream> writer_of(std::shared_ptr<byte_pipe> pipe);

} // namespace praetor::api
