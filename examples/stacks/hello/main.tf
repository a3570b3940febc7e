# A stack that needs no provider and no network: `terraform_data` is built into OpenTofu.
terraform {
  required_version = ">= 1.6"
}

resource "terraform_data" "greeting" {
  input            = "${var.greeting}, ${var.name}!"
  triggers_replace = [var.greeting, var.name]

  provisioner "local-exec" {
    command = "echo \"$GREETING\"; for step in ${join(" ", var.steps)}; do sleep ${var.pause_seconds}; echo \"  $step\"; done"
    environment = {
      GREETING = self.input
    }
  }
}

resource "terraform_data" "release" {
  for_each = toset(var.steps)
  input = {
    step     = each.key
    greeting = terraform_data.greeting.id
  }
}
