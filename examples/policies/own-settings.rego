package spacelift

# In the syntax of before OPA 1.0. A run does what its stack says: with no image, folder or variables of its own.
deny["the run has an image of its own"] {
	is_string(input.run.runtime_config_changes.runner_image)
}

deny["the run has a folder of its own"] {
	is_string(input.run.runtime_config_changes.project_root)
}

deny[sprintf("the run has a variable %s of its own", [name])] {
	name := input.run.runtime_config_changes.environment[_]
}
