# One of three servers; the same file serves all of them: `praetor agent -config-dir DIRECTORY-OF-THIS-FILE`.
# The node's name is the machine's host name. Replace the names in retry_join by those of your servers.
datacenter       = "dc1"
server           = true
bootstrap_expect = 3
data_dir         = "/var/lib/praetor"
retry_join       = ["server-1", "server-2", "server-3"]

# Answers HTTP and DNS to this machine alone; "0.0.0.0" opens both to the network.
client_addr = "127.0.0.1"

# Gossip in the clear is for a first try. The same key on every agent, made with `praetor keygen`, ends that:
# encrypt = "..."

performance {
  raft_multiplier = 1
}

autopilot {
  cleanup_dead_servers      = true
  server_stabilization_time = "10s"
}

telemetry {
  prometheus_retention_time = "60s"
}
