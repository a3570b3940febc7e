variable "greeting" {
  description = "How the stack greets."
  type        = string
  default     = "Hello"
}

variable "name" {
  description = "Whom the stack greets."
  type        = string
  default     = "worker pools"
}

variable "steps" {
  description = "What is said on the way, one line each."
  type        = list(string)
  default     = ["packing", "shipping", "unpacking"]
}

variable "pause_seconds" {
  description = "Seconds before each of those lines, to see the log grow."
  type        = number
  default     = 1
}
