output "greeting" {
  description = "What was said."
  value       = terraform_data.greeting.output
}

output "steps" {
  description = "What was done, by name."
  value       = { for name, step in terraform_data.release : name => step.id }
}
