#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace praetor {

/// Completion token of a coroutine that takes errors as values: `auto [error, size] = co_await ...`.
inline constexpr auto as_tuple = boost::asio::as_tuple(boost::asio::use_awaitable);

} // namespace praetor
