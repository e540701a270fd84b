# A service whose check asks the agent itself: praetor agent -dev -config-dir configs/dev
service {
  name = "agent-api"
  id   = "agent-api"
  port = 8500
  tags = ["sample", "http"]

  meta {
    purpose = "shows an HTTP check"
  }

  check {
    name     = "the cluster has a leader"
    http     = "http://127.0.0.1:8500/v1/status/leader"
    interval = "2s"
    timeout  = "1s"
  }
}
