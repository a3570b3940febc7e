package spacelift

import rego.v1

# What may change something says of which commit it is.
deny contains "a tracked run needs the whole hash of its commit (--commit-sha)" if {
	input.run.type == "TRACKED"
	not input.run.drift_detection
	not is_whole
}

is_whole if {
	is_string(input.commit.hash)
	regex.match(`^([0-9a-f]{40}|[0-9a-f]{64})$`, input.commit.hash)
}
