#pragma once

#include "actors/ports.hpp"
#include "actors/rpc/write_path.hpp"
#include "protocol/actors.hpp"
#include "protocol/types/coordinate.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <utility>

namespace praetor {

/// The rate of coordinates written to the log: drops those beyond `most_batches` of `batch_size` per period; nodes send
/// newer ones anyway.
struct coordinate_limits {
  nanoseconds period{5'000'000'000};
  std::size_t batch_size = 128, most_batches = 5;
};

struct coordinate_batcher_state {
  static constexpr const char* name = "coordinate_batcher";
  coordinate_batcher_state() = default;

  coordinate_batcher_actor::pointer self = nullptr;
  ports_ptr outside;
  write_path writes;
  coordinate_limits limits;
  std::map<std::pair<std::string, std::string>, node_coordinate_ptr> waiting; ///< by node and segment
  std::size_t discarded = 0;

  void gather(node_coordinate_ptr entry);
  void write();
};

coordinate_batcher_actor::behavior_type
coordinate_batcher(coordinate_batcher_actor::stateful_pointer<coordinate_batcher_state> self, ports_ptr outside,
                   write_path writes, coordinate_limits limits);

} // namespace praetor
