# A service that reports by itself. It is critical until the first report and again 30 seconds after the last one:
#   curl -X PUT http://127.0.0.1:8500/v1/agent/check/pass/heartbeat
service {
  name = "heartbeat"
  port = 9000
  tags = ["sample", "ttl"]

  check {
    id   = "heartbeat"
    name = "reports in time"
    ttl  = "30s"
  }
}
