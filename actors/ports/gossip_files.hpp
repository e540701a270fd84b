#pragma once

#include "actors/gossip_port.hpp"

#include <filesystem>

namespace praetor {

/// Files below `directory`, written one after the other on a thread that exists only while writes are pending.
std::shared_ptr<gossip_files> open_gossip_files(std::filesystem::path directory);

} // namespace praetor
