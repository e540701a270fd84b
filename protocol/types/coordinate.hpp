#pragma once

#include "protocol/types/field.hpp"
#include "protocol/types/values.hpp"

#include <memory>
#include <string>
#include <vector>

namespace praetor {

/// A point in the network coordinate space, where distances estimate round trip times. All components are in seconds.
/// The default is the origin: not measured yet.
struct coordinate {
  static constexpr std::size_t dimensions = 8;

  std::vector<double> vec = std::vector<double>(dimensions);
  double error = 1.5; ///< estimated error: smaller means more confidence
  double adjustment = 0;
  double height = 1e-05; ///< the cost of the node's access link, part of every path to it

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Vec"}, x.vec);
    f(field{"Error"}, x.error);
    f(field{"Adjustment"}, x.adjustment);
    f(field{"Height"}, x.height);
  }
  bool operator==(const coordinate&) const = default;
};

/// False if a component is infinite or NaN.
bool is_valid(const coordinate& c);
/// Whether the two belong to the same space, so that they have a distance.
inline bool compatible(const coordinate& a, const coordinate& b) { return a.vec.size() == b.vec.size(); }
/// The estimated round trip time. Both must be compatible. Whole nanoseconds, so that platforms agree on which of two
/// nodes is nearer.
nanoseconds distance(const coordinate& a, const coordinate& b);

/// A node's coordinate in its network segment, as the catalog stores it.
struct node_coordinate {
  std::string node, segment, partition;
  praetor::coordinate coord;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Node"}, x.node);
    f(field{"Segment"}, x.segment);
    f(field{"Partition", omit_empty}, x.partition);
    f(field{"Coord"}, x.coord);
  }
  bool operator==(const node_coordinate&) const = default;
};
using node_coordinate_ptr = std::shared_ptr<const node_coordinate>;
/// The coordinate_batch command, which is also its snapshot record.
using coordinate_batch = std::vector<node_coordinate_ptr>;

} // namespace praetor
