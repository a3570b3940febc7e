package spacelift

import rego.v1

# Only images of our own registry may do the work.
registries := {"registry.example.com/"}

deny contains sprintf("the runner image %s is not from %s", [image, concat(", ", registries)]) if {
	image := input.run.runtime_config.runner_image
	every registry in registries {
		not startswith(image, registry)
	}
}
