a = <<-EOF
  x
   y
  EOF
b = <<E
"
E
