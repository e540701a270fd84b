# Most of a translation unit's compile time goes into parsing the headers of the standard library and of CAF. These are
# precompiled once per group, and all targets of a group share the result.
#   plain  the standard library
#   caf    + actors
#   net    + sockets (Asio and Beast)
#   test   + CAF and Catch2; optimised less, because the libraries under test are optimised already

# External headers that nearly every translation unit includes. Files still include what they use, which a build with
# CMAKE_DISABLE_PRECOMPILE_HEADERS=ON verifies.
set(plain_headers <algorithm> <array> <atomic> <charconv> <chrono> <cmath> <cstdint> <cstring> <deque> <filesystem>
    <fstream> <functional> <iomanip> <iostream> <limits> <list> <map> <memory> <mutex> <numeric>
    <optional> <random> <set> <span> <sstream> <string> <string_view> <tl/expected.hpp> <tuple> <type_traits>
    <unordered_map> <unordered_set> <utility> <variant> <vector>)

set(test_optimisation $<$<CONFIG:Release>:-O1>)

function(praetor_precompiled_group group)
  cmake_parse_arguments(ARG "" "" "LINKS;HEADERS;OPTIONS" ${ARGN})
  add_library(precompiled_${group} OBJECT EXCLUDE_FROM_ALL ${PROJECT_SOURCE_DIR}/cmake/precompiled.cpp)
  target_link_libraries(precompiled_${group} PRIVATE Threads::Threads ${ARG_LINKS})
  target_include_directories(precompiled_${group} SYSTEM PRIVATE ${TL_EXPECTED_INCLUDE})
  target_compile_options(precompiled_${group} PRIVATE ${ARG_OPTIONS})
  target_precompile_headers(precompiled_${group} PRIVATE ${plain_headers} ${ARG_HEADERS})
  add_dependencies(precompiled precompiled_${group})
endfunction()

add_custom_target(precompiled)

praetor_precompiled_group(plain)
praetor_precompiled_group(caf LINKS CAF::core HEADERS <caf/all.hpp>)
praetor_precompiled_group(net LINKS CAF::core Boost::headers HEADERS <caf/all.hpp> <boost/asio.hpp> <boost/beast.hpp>)
praetor_precompiled_group(test LINKS CAF::core Catch2::Catch2 OPTIONS ${test_optimisation}
                          HEADERS <caf/all.hpp> <catch2/catch.hpp>)

# praetor_precompile(TARGET GROUP): the target uses the precompiled headers of that group.
function(praetor_precompile target group)
  target_precompile_headers(${target} REUSE_FROM precompiled_${group})
endfunction()
