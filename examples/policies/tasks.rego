package spacelift

import rego.v1

# Tasks are for people with the role admin, and may not touch the state.
deny contains sprintf("%s may not run tasks", [who]) if {
	input.run.type == "TASK"
	not is_admin
}

deny contains sprintf("a task may not change the state (%s)", [input.run.command]) if {
	input.run.type == "TASK"
	regex.match(`\bstate\s+(rm|mv|push|replace-provider)\b`, input.run.command)
}

is_admin if input.run.creator.role == "admin"

default who := "nobody"

who := input.run.triggered_by if is_string(input.run.triggered_by)
