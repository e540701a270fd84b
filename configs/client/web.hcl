# A service of this machine, found as web.service.consul while its check passes.
service {
  name = "web"
  port = 80

  check {
    name     = "the front page answers"
    http     = "http://127.0.0.1:80/"
    interval = "10s"
    timeout  = "2s"
  }
}
