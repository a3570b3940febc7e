import { inPart, works, type FeatureGroup } from './feature';

export const RUNS: FeatureGroup = {
  title: 'Runs and their Pods',
  features: [
    works('F14', 'A Pod on demand; idle Workers have none', [
      'integration/run',
      'gets a Pod, is carried out, and leaves an idle Worker and no Pod',
    ]),
    works('F15', 'The containers `init`, `launcher-grpc` and `worker`, in this order', [
      'controller/run/build',
      'has its containers in the documented order',
    ]),
    works(
      'F16',
      'Init containers and sidecars of your own; Docker in Docker',
      ['integration/run', 'is ended when a sidecar outlives it'],
      ['e2e/run', 'a sidecar that a webhook adds and that never ends is ended after the run, and the Worker goes on'],
      ['e2e/run', 'a sidecar among the init containers runs beside them'],
      ['constructs/presets/docker-in-docker', 'runs a daemon that listens on the loopback address alone'],
    ),
    works('F17', "The launcher's image from the control plane, or of your own", [
      'controller/run/build',
      'launcherImage replaces the image of init and launcher-grpc',
    ]),
    works(
      'F18',
      "The runner's image from the stack, and the registries that it may come from",
      ['controller/run/images', 'spec.allowedRunnerImageHosts'],
      ['integration/run', 'by the pool itself, for its runner image, ends the run before there is a Pod'],
    ),
    inPart(
      'Intent projects',
      'F19',
      'Default images of a pool; stacks that Ansible runs',
      ['controller/run/images', 'the runner image'],
      ['integration/ansible', 'a run checks first what the playbook would change, and then changes exactly that'],
    ),
    works(
      'F20',
      'Volumes of workspace and binaries cache, and others; tools of a version that are kept in the cache',
      ['integration/presets', 'all of them on one pool'],
      ['launcher/init/tools/bring-tool', 'comes from the cache the next time, without a network'],
    ),
    works('F21', '`customBinariesPath`', [
      'launcher/shim/spacelift-worker',
      "has the pool's own binaries first in PATH, then ours",
    ]),
    works(
      'F22',
      'Resources, variables, volumes, ServiceAccount, scheduling, DNS, labels and annotations of the Pods',
      ['controller/run/build', 'every field of spec.pod reaches the Pod'],
      ['integration/run-pods', 'every documented pool becomes a Pod that the API server takes'],
      ['e2e/run', 'a LimitRange that allows less than the pool asks for ends the run with what to change'],
    ),
    works('F23', '`dnsPolicy`, `imagePullPolicy`, `shareProcessNamespace`, `lifecycle`', [
      'controller/run/build',
      'lifecycle hooks reach launcher-grpc and worker',
    ]),
    works(
      'F24',
      'Least privilege, as user and group 1983, and security contexts of your own',
      ['controller/run/security', 'the built-in containers run with least privilege as user and group 1983'],
      ['integration/helm-pod-security', 'a run runs, in a pool that asks for nothing'],
      ['e2e/run', 'root file systems that cannot be written to are enough for launcher and tool'],
      ['e2e/run', 'another user and group for the whole Pod share what they need'],
    ),
    works(
      'F25',
      'A Pod ends after 70 minutes; time-outs of runs and of their logs',
      ['controller/run/build', 'is never restarted, and ends by itself after 70 minutes'],
      ['launcher/relay/relay', 'a run that takes too long'],
    ),
    works(
      'F26',
      'Initialization policies',
      ['integration/initialization-policy', 'by the documented rule'],
      ['integration/policy-library', 'every policy of the library is tested here'],
    ),
    works(
      'F27',
      'Variables that map VCS systems to their agents',
      ['constructs/presets/vcs-agents', 'numbers the VCS systems from 0, for init alone'],
      ['launcher/init/git/agents', 'init goes straight to the base endpoint that its variables map the pool to'],
      ['integration/git-sources', 'what is applied is the commit that was planned, whatever is pushed meanwhile'],
    ),
    works('F28', '`keepSuccessfulPods`, as before', ['controller/run/history', 'keepSuccessfulPods keeps them all']),
    works('F29', 'So many finished Pods are kept', ['controller/run/history', 'finished Pods']),
    works('F30', 'Finished Pods are kept for so long', [
      'controller/run/history',
      'are looked at again when the oldest that is kept comes of age',
    ]),
    works(
      'F61',
      'Providers that are kept for several runs',
      [
        'integration/providers',
        '20 runs at once take their providers from one mirror, each with a whole package and a whole lock file',
      ],
      ['constructs/presets/provider-mirror', 'mounts a folder of providers read-only, and tells the tool of it'],
    ),
    works(
      'F68',
      'Logs on standard output as lines of JSON; masked variables; debugging; sensitive outputs',
      [
        'launcher/relay/standard-output',
        'what the control plane has is shown as JSON lines, masked, where the pool asks for it',
      ],
      ['integration/outputs', 'outputs come into the runs of a stack that depends on theirs as they were'],
    ),
    works(
      'F69',
      "What a runner's image needs",
      ['e2e/run', 'an image of busybox alone runs the steps'],
      ['e2e/run', 'an image without a shell ends the run at once with what it needs'],
      ['e2e/run', 'an image without a program that the shim needs ends the run at once with its name'],
    ),
  ],
};
