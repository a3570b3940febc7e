package spacelift

import rego.v1

# Only the pipeline, and people with the role admin, begin runs of this pool; whatever no rule allows is denied.
allow contains "the pipeline may" if input.run.triggered_by == "ci"

allow contains "admins may" if input.run.creator.role == "admin"

allow contains "drift may be looked for" if {
	input.run.drift_detection
	input.run.type == "PROPOSED"
}
