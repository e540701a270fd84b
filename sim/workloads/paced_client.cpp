#include "sim/workloads/paced_client.hpp"

namespace praetor::sim {

void paced_client::next(bool down) {
  auto wait = lab.world.between(duration{0}, 2 * pause_);
  later(down ? wait + after_a_fall : wait, [this] { act(); });
}

void paced_client::later(duration wait, std::function<void()> action) {
  lab.world.after(wait, [this, action = std::move(action)] {
    if (lab.open) action();
  });
}

operation paced_client::make(std::string_view what, const std::string& name, std::string value,
                             std::vector<step> steps) const {
  operation op;
  op.process = process;
  op.what = what;
  op.key = name;
  op.value = std::move(value);
  op.steps = std::move(steps);
  return op;
}

void paced_client::change(operation op, std::string method, std::string path, std::string body) {
  auto number = lab.begin(std::move(op));
  lab.ask(std::move(method), std::move(path), std::move(body), [this, number](const reply& r) {
    if (r.ok() && r.body.starts_with("false")) lab.history.at(number).refused = true;
    lab.finish(number, lab.judge(r));
    next(!r.answered());
  });
}

step holds(const std::string& name, std::string value) { return {step::kind::one_of, name, {std::move(value)}}; }
step sets(const std::string& name, std::string value) { return {step::kind::set, name, {std::move(value)}}; }

} // namespace praetor::sim
