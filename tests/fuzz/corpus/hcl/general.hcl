node_name = "a" ports { http = 8500 dns = -1 }
retry_join = ["10.0.0.1", "10.0.0.2",]
