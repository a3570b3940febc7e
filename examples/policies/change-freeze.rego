package spacelift

import rego.v1

# On Fridays from 15:00 and at weekends (UTC) nothing is applied; plans go on.
deny contains "nothing is applied between Friday, 15:00 UTC, and Monday" if {
	input.run.stage == "applying"
	is_frozen
}

warn contains "what is planned now is not applied before Monday" if {
	input.run.stage == "preparing"
	input.run.type == "TRACKED"
	is_frozen
}

day := time.weekday(input.request.timestamp_ns)

is_frozen if day in {"Saturday", "Sunday"}

is_frozen if {
	day == "Friday"
	time.clock(input.request.timestamp_ns)[0] >= 15
}
