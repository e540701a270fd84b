#include "protocol/types/free_form.hpp"

#include <nlohmann/json.hpp>
#include <utility>

namespace praetor {

namespace {

const nlohmann::json null_value;

} // namespace

void free_form::destroyer::operator()(nlohmann::json* value) const { delete value; }

free_form::free_form(nlohmann::json value) {
  if (!value.is_null()) value_.reset(new nlohmann::json(std::move(value)));
}

free_form::free_form(const free_form& other) {
  if (!other.is_null()) value_.reset(new nlohmann::json(*other.value_));
}

free_form& free_form::operator=(const free_form& other) { return *this = free_form(other); }

const nlohmann::json& free_form::json() const { return value_ ? *value_ : null_value; }

nlohmann::json& free_form::json() {
  if (!value_) value_.reset(new nlohmann::json);
  return *value_;
}

bool free_form::is_null() const { return !value_ || value_->is_null(); }

bool free_form::empty() const { return !value_ || value_->empty(); }

bool free_form::operator==(const free_form& other) const { return json() == other.json(); }

} // namespace praetor
