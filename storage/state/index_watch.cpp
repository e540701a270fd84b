#include "storage/state/index_watch.hpp"

#include <utility>

namespace praetor::state {

namespace {

thread_local index_watch* newest = nullptr;

} // namespace

index_watch::index_watch() : outer_(std::exchange(newest, this)) {}
index_watch::~index_watch() { newest = outer_; }

watch_set* index_watch::current() { return newest ? &newest->parts_ : nullptr; }

} // namespace praetor::state
