#pragma once

#include "actors/gossip_port.hpp"

#include <filesystem>

namespace praetor {

/// Files below `directory`, written one after the other on a thread of their own, which is there only while something
/// waits to be written.
std::shared_ptr<gossip_files> open_gossip_files(std::filesystem::path directory);

} // namespace praetor
