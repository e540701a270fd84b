# An agent on a machine that runs services: it checks them, and hands questions on to the servers.
datacenter = "dc1"
data_dir   = "/var/lib/praetor"
retry_join = ["server-1", "server-2", "server-3"]

# A machine that is taken away for good leaves the cluster when its agent ends.
leave_on_terminate = true
