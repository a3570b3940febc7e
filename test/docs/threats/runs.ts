import { threat, type Attacker } from './threat';

export const SOURCE: Attacker = {
  who: 'A hostile source',
  wants:
    'Is an uploaded archive, a git repository or its host: read by `init`, which can read the private key of the pool, before any step runs.',
  threats: [
    threat(
      'outside-of-the-workspace',
      {
        is: 'Writes outside of the workspace: by paths upwards, absolute ones, links, hard links, devices',
        answer:
          'Nothing is written through a link, links are made when everything else is in place, and an entry that leads out is refused',
      },
      ['launcher/archive', 'an archive that would write outside of its folder is refused, and writes nothing there'],
      ['fuzz/archives', 'writes nothing outside of its folder, whatever it holds'],
      ['launcher/init/init', 'a project root outside of the source'],
      ['launcher/init/git/https', 'a link out of the workspace is no project root'],
      ['cli/source/pack', 'refuses links that lead out of the folder, by name, and leaves no stack behind'],
    ),
    threat(
      'archive-bombs',
      {
        is: 'Unpacks to terabytes or to millions of files: tar, gzip within gzip, packs of git, and zip where a release of a tool is one',
        answer:
          'An archive may hold 4 GiB, a commit 4 GiB and 500,000 files, counted before they are written. A zip is opened only if its checksum stands in a list that its publisher has signed',
        left: 'Below that, the volume of the workspace bounds it: give `workspaceVolume` a size',
      },
      ['launcher/archive', 'more content than is allowed'],
      ['fuzz/archives', 'takes no more than is allowed'],
      ['launcher/init/tools/bring-tool', 'is refused, and not put into the Pod, an archive that was changed'],
    ),
    threat(
      'git-helpers',
      {
        is: 'Has git run a program or leave the protocol: by the address, the branch, submodules, hooks, attributes, configuration',
        answer:
          'Addresses and branches are held against a rule before git sees them; git may speak https and ssh alone, without configuration of the system or the repository, and in an environment of its own',
        left: 'A hole in git itself: its version is that of the launcher image',
      },
      ['launcher/init/git/https', 'submodules with the address ext::'],
      ['launcher/init/git/https', 'submodules with the address file:///etc are refused'],
      ['launcher/init/git/https', 'gives up with one sentence for a branch that is an option'],
      ['fuzz/sources', 'the address and branch of a repository refuses'],
    ),
    threat(
      'git-credentials',
      {
        is: 'Gets the credentials of a repository sent to another host, or leaves them where steps read them',
        answer: 'They are given for the host of the repository alone, by files that go with the clone',
        left: 'The host itself sees them, and so does the control plane, which stores them encrypted',
      },
      ['launcher/init/git/https', 'submodules of another host never get the credentials'],
      [
        'launcher/init/git/https',
        'leaves nothing of git or of its credentials, neither in the workspace nor in the log',
      ],
    ),
  ],
};

export const RUN: Attacker = {
  who: 'A hostile run',
  wants:
    'Is code of a stack, in the container `worker`. Wants the credentials of the pool, of the cluster or the cloud, other runs, the node, or to look as if it had succeeded.',
  threats: [
    threat(
      'key-of-the-pool',
      {
        is: "Reads the pool's token and private key: in its own container, through `/proc`, or by having the relay read them for it",
        answer:
          'They are mounted into `init` and `launcher-grpc` alone. Processes of others are not seen; where the pool shares them, the relay has a user of its own and the API server refuses ways to become that. The relay follows no link of the exchange folder',
        left: 'Whoever breaks out of a container has them: `runtimeClassName` can put more between. A step that can trace the first process of its container might change the workspace while it is packed; other volumes than the Pod’s own are not looked at',
      },
      [
        'controller/run/build',
        'token and private key are readable in init and launcher-grpc, and are not mounted into worker',
      ],
      ['controller/run/security', 'launcher-grpc, whose processes a run can see, is of another user'],
      ['api/worker-pool/process-namespace', 'processes that can be seen, with'],
      ['launcher/relay/relay', 'cannot have the relay read the private key through a link'],
    ),
    threat(
      'token-of-the-pod',
      {
        is: "Uses the token of the Pod's ServiceAccount, or reads other Secrets with it",
        answer:
          'The ServiceAccount is the pool’s to choose. `automountServiceAccountToken: false` leaves the token out; the presets that make a ServiceAccount do so by themselves',
        left: 'Kubernetes mounts a token where neither says no: set it where runs do not talk to the API server',
      },
      ['integration/pod-fields', 'spec.pod.automountServiceAccountToken'],
      ['controller/run/build', 'every field of spec.pod reaches the Pod automountServiceAccountToken'],
      ['constructs/presets/aws-role', 'annotates a ServiceAccount of the pool'],
    ),
    threat(
      'metadata-and-api-server',
      {
        is: 'Asks the metadata address of the cloud for the credentials of the node, or talks to the API server',
        answer:
          '`EgressNetworkPolicy` lets out DNS, the ports and the networks that are named, and no metadata address; `exceptCidrs` keeps the API server away, too',
        left: 'Without a NetworkPolicy, or a network plugin that enforces it, both can be reached: it is a preset of the constructs, and for the chart an object of your own (`extraObjects`). On AWS, limit the hops to 1',
      },
      [
        'constructs/presets/egress-network-policy',
        'lets DNS, HTTPS and MQTT out, and nothing else, to no metadata address',
      ],
      ['constructs/presets/egress-network-policy', 'excepts'],
      ['integration/presets', 'EgressNetworkPolicy'],
    ),
    threat(
      'exchange-folder',
      {
        is: 'Changes what lies in the exchange folder: commands, exit codes, output, settings, with links, pipes or huge files',
        answer:
          'The relay opens ordinary files alone, reads bounded parts, and has taken settings and masks before the first step. Output that was cut away is marked as a gap',
        left: 'A run decides over its own log and exit code: it can claim to have succeeded. What it changed, the state and the tool tell',
      },
      ['launcher/relay/relay', 'steps that tamper with the exchange folder'],
      ['launcher/shim/environment', 'are taken by the relay before the first step could change them'],
      ['launcher/relay/state-backend', 'is somewhere new when a step has spoiled where it was'],
      ['launcher/relay/journal', 'goes on in memory when its volume is full, and says that it is'],
    ),
    threat(
      'relay',
      {
        is: 'Asks the relay for what the tool may: the state of its stack, or of another one',
        answer:
          'The backend is at the loopback address, with a password of the attempt; it knows the state of that run alone, and takes one from an apply or a task only',
        left: 'Everything in the Pod that can read the exchange folder can use it, while the attempt is under way',
      },
      ['launcher/relay/state-backend', 'refuses a wrong password'],
      ['launcher/relay/state-backend', 'lets nobody else read its password, and sets every variable of this backend'],
      ['control-plane/http/states', 'is written by no plan, whatever is in its source'],
    ),
    threat(
      'secrets-in-logs',
      {
        is: 'Prints its secrets, or those that the pool masks, in pieces, in colours, over lines',
        answer:
          'Values of `SPACELIFT_MASK_ENVS`, sensitive outputs of other stacks and the password of the backend are hidden wherever they are cut',
        left: 'Not what a program makes of a value (base64, hashes, backwards), and nothing that nobody named',
      },
      [
        'launcher/relay/relay',
        'values of SPACELIFT_MASK_ENVS appear nowhere, whether they come from the pool or the stack',
      ],
      ['launcher/relay/cut', 'every byte is in exactly one entry, and no value is in any'],
      [
        'launcher/relay/outputs',
        'values that another stack handed over as sensitive, and each text in them, are not in the log',
      ],
    ),
    threat(
      'log-floods',
      {
        is: 'Prints without end',
        answer:
          'The exchange volume has a limit, beyond which the kubelet evicts that Pod alone; the log of a run is cut at a size, with a mark; a pool may write so much a second; pages show the end',
      },
      [
        'controller/run/build',
        'the output of a run cannot fill the node: the kubelet evicts that Pod and no other one',
      ],
      [
        'control-plane/queue/retention',
        'of a run that prints without end is cut at its limit, with a mark, and the run goes on',
      ],
      ['control-plane/web/routes', 'a page shows the end of a log that is too large for it, and says so'],
    ),
    threat(
      'oversized-state',
      {
        is: 'Writes a state, a plan, outputs or a commit that are huge, or nested without end',
        answer:
          'Each has a limit at the relay and one at the control plane; what is larger is cut or refused, and the former state stays',
      },
      ['control-plane/http/states', 'and the former one stays'],
      ['launcher/relay/state-backend', 'is not even sent when it is too large'],
      ['launcher/relay/plan-changes', 'are told of a plan that is far larger than what may leave the Pod'],
      ['launcher/relay/kept-json', 'may be of any depth and have texts of any length, of which the beginning is kept'],
      ['launcher/relay/outputs', 'are bounded in number, each, and together'],
    ),
    threat(
      'never-ends',
      {
        is: 'Does not end: ignores signals, leaves processes behind, waits for ever',
        answer:
          'A stop becomes a kill after the grace period; timeouts of run and log, the deadline of the Pod and the controller end the rest',
      },
      ['launcher/relay/relay', 'and does not stop is killed when its grace is over'],
      ['launcher/relay/relay', 'a run that takes too long by'],
      ['controller/run/build', 'is never restarted, and ends by itself after 70 minutes'],
    ),
    threat(
      'poisoned-cache',
      {
        is: 'Puts a program of its own into the binaries cache that other Pods share',
        answer:
          'Nothing on it is trusted: each run checks archive, list and the signature of the publisher, in a copy of its own; steps see it read-only',
        left: 'Other caches are the pool’s: provider mirrors are checked by the lock file of the source, where it has one',
      },
      ['launcher/init/tools/tool-cache', 'is set aside and fetched anew where it is'],
      ['launcher/init/tools/signature', 'signs for itself, and in the name of nobody else'],
      ['launcher/init/tools/many-writers', 'never give anybody a broken archive'],
      ['constructs/presets/provider-mirror', 'mounts a folder of providers read-only, and tells the tool of it'],
    ),
    threat(
      'other-stacks',
      {
        is: 'Reads what other stacks of its pool have',
        answer:
          'Workspace and exchange folder are fresh in each Pod; run states are sealed with the key of the pool; environment and state come for the run alone',
        left: 'Pools, not stacks, are the border: stacks of one pool share its ServiceAccount, volumes, network and nodes',
      },
      ['controller/run/build', 'workspace, cache, binaries and exchange are fresh folders by default'],
      ['protocol/sealing', 'does not open with another key of the type'],
      ['protocol/sealing', 'is named when it comes from an attempt that is not the wanted one'],
    ),
  ],
};

export const IMAGE: Attacker = {
  who: 'A hostile runner image',
  wants:
    'Is the image of the container `worker`. It is what a hostile run is, and may lie about its shell and tools as well.',
  threats: [
    threat(
      'allow-list',
      {
        is: 'Comes from a registry that the pool does not allow, by a spelling that the check reads otherwise than the node',
        answer:
          'The registry is read from the reference as the nodes’ runtimes read it, whatever its case, port, tag, digest or brackets',
        left: 'The list bounds images that stacks name. The account’s default image is the control plane’s word: name `defaultRunnerImage` and `launcherImage` in the pool, or let admission decide',
      },
      ['controller/run/images', 'reads'],
      ['fuzz/sources', 'the reference of an image refuses'],
      ['integration/run', 'by the pool itself, for its runner image, ends the run before there is a Pod'],
    ),
    threat(
      'lying-tools',
      {
        is: 'Has a `sh`, `cat`, `sleep` or tool that does something else, or stops working between two steps',
        answer:
          'The image gets what its container has: neither key nor token. What the shim needs is asked for at the start; one that breaks off is told of, and busy loops are none',
        left: 'As with a hostile run: it decides over its own log and exit code',
      },
      ['launcher/shim/environment', 'a runner image whose tools stop working'],
      ['launcher/shim/spacelift-worker', 'says what a runner image lacks'],
      ['launcher/relay/relay', 'a worker container that ends without a word'],
    ),
    threat(
      'privileges',
      {
        is: 'Wants root, capabilities, privileges or the node',
        answer:
          'Built-in containers run as user 1983 without capabilities or escalation and with the runtime’s seccomp profile, whatever the image says; the Pods meet the Pod Security Standard `restricted`',
        left: 'What the pool asks for itself: `privileged`, `hostPath`, Docker in Docker',
      },
      ['controller/run/security', 'the built-in containers run with least privilege as user and group 1983'],
      ['integration/helm-pod-security', 'a run runs, in a pool that asks for nothing'],
    ),
    threat(
      'false-tool',
      {
        is: 'Brings a tool of its own under the name and version that the stack wants',
        answer: '`init` brings the release that its publisher signed, and that one is found first',
        left: 'With downloads switched off the tool of the image is taken where it says that it has the version',
      },
      ['launcher/init/tools/with-tool', 'gets it, before what the runner image has'],
      ['launcher/init/tools/with-tool', 'ends in init where what is offered is not what its publisher signed'],
    ),
  ],
};
