#pragma once

#include "sim/clients.hpp"

namespace praetor::sim {

/// The pause after an unanswered request.
constexpr duration after_a_fall = std::chrono::milliseconds(200);

/// Sends one request at a time, with pauses in between.
class paced_client : public client {
public:
  /// @param kind part of its process name
  paced_client(laboratory& lab, std::string_view kind, duration pause)
      : lab(lab), process(lab.new_process(kind)), pause_(pause) {}
  void start() override { next(false); }

protected:
  virtual void act() = 0;
  /// @param down the last request was not answered
  void next(bool down);
  /// Runs `action` after a delay, unless the laboratory has closed by then.
  void later(duration wait, std::function<void()> action);
  /// @param name of the register
  operation make(std::string_view what, const std::string& name, std::string value, std::vector<step> steps) const;
  /// Executes a change, then continues. A body of "false" means that its conditions did not hold.
  void change(operation op, std::string method, std::string path, std::string body);

  laboratory& lab;
  const std::string process;

private:
  duration pause_;
};

step holds(const std::string& name, std::string value);
step sets(const std::string& name, std::string value);

} // namespace praetor::sim
