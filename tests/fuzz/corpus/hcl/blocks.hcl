service "web" { port = 0x50 meta = { a = "b${c}" } }
services { name = "x" check { ttl = "5s" } }
