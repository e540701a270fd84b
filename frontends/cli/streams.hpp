#pragma once

#include <istream>
#include <ostream>

namespace praetor::cli {

/// A command's input and output: the process's own streams, or captured ones in a test.
struct streams {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
};

} // namespace praetor::cli
