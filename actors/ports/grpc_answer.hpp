#pragma once

#include "actors/ports/http2_session.hpp"

namespace praetor {

/// The health that a gRPC server reported: the message of its answer.
/// @returns an error in the words of gRPC's Go client: `rpc error: code = NotFound desc = unknown service`
expected<std::uint64_t> judge_grpc_answer(const http2_answer& answer);

} // namespace praetor
