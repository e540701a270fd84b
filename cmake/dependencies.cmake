# Each dependency is a Debian 12 package. The comment states its purpose.
list(APPEND CMAKE_MODULE_PATH ${PROJECT_SOURCE_DIR}/cmake)
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(CAF 0.17.6 REQUIRED COMPONENTS core io)   # libcaf-dev: actors, scheduler, remoting
find_package(OpenSSL REQUIRED)                         # libssl-dev: TLS, the CA's keys and certificates, digests
find_package(nlohmann_json REQUIRED)                   # nlohmann-json3-dev: free-form JSON values on cold paths
find_package(spdlog REQUIRED)                          # libspdlog-dev: log sinks
find_package(ZLIB REQUIRED)                            # zlib1g-dev: gzip for HTTP answers and snapshot archives
find_path(TL_EXPECTED_INCLUDE tl/expected.hpp REQUIRED) # libexpected-dev: std::expected for C++20
pkg_check_modules(ROCKSDB REQUIRED IMPORTED_TARGET rocksdb)           # librocksdb-dev: Raft log and agent store
pkg_check_modules(LDNS REQUIRED IMPORTED_TARGET ldns)                 # libldns-dev: verifies DNS messages in tests
pkg_check_modules(CARES REQUIRED IMPORTED_TARGET libcares)            # libc-ares-dev: asynchronous DNS recursion
pkg_check_modules(NGHTTP2 REQUIRED IMPORTED_TARGET libnghttp2)        # libnghttp2-dev: HTTP/2 for health checks
pkg_check_modules(SYSTEMD REQUIRED IMPORTED_TARGET libsystemd)        # libsystemd-dev: D-Bus, to ask systemd for its services
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)                   # libre2-dev: Go's regular expressions, in linear time
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)          # libsodium-dev: BLAKE2b-256, for hashes of ACL records
pkg_check_modules(ARCHIVE REQUIRED IMPORTED_TARGET libarchive)        # libarchive-dev: tar inside snapshot archives
pkg_check_modules(LZMA REQUIRED IMPORTED_TARGET liblzma)              # liblzma-dev: CRC-64 of snapshots
find_package(prometheus-cpp CONFIG REQUIRED COMPONENTS core)          # prometheus-cpp-dev: Prometheus text format
find_package(Boost 1.81 REQUIRED)                                     # libboost1.81-dev: Asio sockets, Beast HTTP
find_package(Catch2 2 REQUIRED)                                       # catch2: tests
pkg_check_modules(JEMALLOC IMPORTED_TARGET jemalloc)                  # libjemalloc-dev: returns memory, less fragmentation
