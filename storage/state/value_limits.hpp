#pragma once

#include "protocol/codec/shape.hpp"
#include "storage/state/command_rules.hpp"

#include <cmath>

namespace praetor::state {

/// The path of a value in a command: "Checks[2].Definition.Header". Formatted for the first fault only.
struct place {
  const place* above = nullptr;
  std::string_view name = {};
  std::size_t number = no_number;
  static constexpr std::size_t no_number = SIZE_MAX;

  std::string text() const {
    auto out = above ? above->text() : std::string();
    if (number != no_number) return out + "[" + std::to_string(number) + "]";
    if (!out.empty() && !name.empty()) out += '.';
    return out + std::string(name);
  }
};

/// Visits all members of a command, by its field lists.
enum class depth_of_check {
  structure, ///< checks lists for null elements only
  limits,    ///< also checks sizes, counts and numbers against the general limits
};

void check_free_form(const free_form& value, const place& at, first_fault& f);

template <depth_of_check Check, class T>
void check_value(const T& value, const place& at, first_fault& f) {
  if (f.found()) return;
  constexpr bool limits = Check == depth_of_check::limits;
  if constexpr (shape::text<T>) {
    if (limits && value.size() > longest_text)
      f.add(at.text(), "longer than " + std::to_string(longest_text) + " bytes");
  } else if constexpr (std::floating_point<T>) {
    if (limits && !std::isfinite(value)) f.add(at.text(), "not a finite number");
  } else if constexpr (std::same_as<T, timestamp>) {
    // The range of RFC 3339: the years 1 to 9999.
    constexpr std::int64_t end = 253'402'300'800;
    bool good = value.seconds >= timestamp::zero_seconds && value.seconds < end && value.nanos >= 0 &&
                value.nanos < 1'000'000'000;
    if (limits && !good) f.add(at.text(), "not a time between the years 1 and 9999");
  } else if constexpr (std::same_as<T, free_form>) {
    if (limits) check_free_form(value, at, f);
  } else if constexpr (shape::maybe<T>) {
    if (value) check_value<Check>(*value, at, f);
  } else if constexpr (shape::list<T>) {
    if (limits && value.size() > most_elements)
      return f.add(at.text(), "more than " + std::to_string(most_elements) + " elements");
    for (std::size_t i = 0; i < value.size(); ++i) {
      place element{&at, {}, i};
      if constexpr (shape::maybe<typename T::value_type>)
        if (!value[i]) return f.add(element.text(), "null is not allowed");
      check_value<Check>(value[i], element, f);
    }
  } else if constexpr (shape::map<T>) {
    if (limits && value.size() > most_elements)
      return f.add(at.text(), "more than " + std::to_string(most_elements) + " elements");
    for (const auto& [key, element] : value) {
      if (limits && key.size() > longest_text)
        return f.add(at.text(), "a key longer than " + std::to_string(longest_text) + " bytes");
      check_value<Check>(element, place{&at, key}, f);
    }
  } else if constexpr (shape::record<T>) {
    T::fields(
        [&](const field& name, const auto& member) {
          check_value<Check>(member, place{&at, name.packed_name()}, f);
        },
        value);
  }
}

} // namespace praetor::state
