import { threat, type Attacker } from './threat';

export const CONTROL_PLANE: Attacker = {
  who: 'A hostile control plane',
  wants:
    'Is the control plane that a pool speaks with, in other hands. It decides over the runs of its pools: their code, environment and runner image. Wants more of the cluster than that.',
  threats: [
    threat(
      'beyond-the-template',
      {
        is: 'Has a Pod made in another namespace, with another ServiceAccount, volume, privilege or node, or with names that mean something else',
        answer:
          'A Pod is the template of its WorkerPool. An assignment decides its name, its marks, the images of the built-in containers and what the launcher is told of the attempt, and every one of these is held against the schema of the protocol',
        left: 'It runs any code within that template, as what the template is: choose ServiceAccount, network and volumes of a pool as if it did',
      },
      [
        'controller/run/hostile-control-plane',
        'the Pod differs in its name, its marks, its images and what the launcher is told alone',
      ],
      ['controller/run/build', 'carries the labels of pool, worker and run, which the pool cannot override'],
      ['controller/run/build', 'the pool’s own variables come after ours and cannot replace them'],
    ),
    threat(
      'image-of-the-launcher',
      {
        is: 'Names an image of its own for `init` and `launcher-grpc`, which can read the private key of the pool',
        answer:
          '`launcherImage` of the pool wins over it, `defaultRunnerImage` over the account’s default, `allowedRunnerImageHosts` bounds what stacks name',
        left: 'Without them it has the key of that pool, which opens nothing but that pool’s runs at that control plane',
      },
      [
        'controller/run/hostile-control-plane',
        'gives a control plane no say in what gets the token and the private key',
      ],
      ['controller/run/images', 'the runner image is the pool’s default otherwise'],
    ),
    threat(
      'refused-runs',
      {
        is: 'Gives out runs that the owner of the cluster does not want',
        answer:
          'A policy of the pool is asked before anything is fetched, in the cluster, and cannot be passed over; it reads the image from the Pod',
        left: 'What it reads of run, stack and creator is what the control plane says',
      },
      ['launcher/init/init', 'refuses a run whose pool has a policy that cannot be asked, and lays down nothing'],
      ['integration/initialization-policy', 'takes too long'],
      ['integration/initialization-policy', 'without what reaches the network or the process'],
    ),
    threat(
      'settings-of-the-pool',
      {
        is: 'Sets what the pool has decided through the environment of a run: masks, timeouts, policy, proxies of the launcher',
        answer:
          'Variables that are the pool’s are left out of what a run brings, and the log says so; the shim and the relay take the container’s',
      },
      ['launcher/init/init', 'leaves out what a stack sets of the settings of the pool, and says so'],
      ['launcher/shim/environment', "are the pool's, whatever the stack sets"],
      ['controller/run/build', 'worker knows of the attempt only what concerns a step'],
    ),
    threat(
      'reads-run-states',
      {
        is: 'Reads or changes the workspace that lies with it between plan and apply',
        answer:
          'It is sealed for the key of the pool and bound to run, stack, stage and attempt; what was changed, cut or exchanged does not open',
        left: 'States that the control plane keeps for stacks are encrypted by itself: it can read those',
      },
      ['protocol/sealing', 'run state that was tampered with'],
      ['protocol/sealing', 'cannot be made by somebody who has only the public key'],
      ['launcher/whole-life', 'what lies there can be read by the pool alone'],
    ),
    threat(
      'harms-the-controller',
      {
        is: 'Answers without end, with nonsense, with old views, or asks for a pause of years: the controller serves other pools, too',
        answer:
          'Answers are bounded, held against the schema, and acted upon only where they are understood; the newest revision counts; nobody waits for longer than five minutes on its word. Each pool has a session of its own',
        left: 'By MQTT a message may have 256 MiB; give the controller a memory limit',
      },
      ['protocol/client/connections', 'read no answer that is larger than any of a control plane'],
      ['protocol/client/causes', 'repeated after five minutes, whatever pause it names'],
      ['controller/worker-pool/session', 'the views of a session'],
      ['fuzz/protocol', 'an answer of the control plane'],
    ),
    threat(
      'takes-workers-away',
      {
        is: 'Says that Workers or the pool are gone, resets it, or refuses it',
        answer:
          'Workers of that pool go and are made anew; nothing else does. A started run is not killed on a word of the control plane alone, but for a stop, which is carried out by its relay',
        left: 'It decides over its own runs: it can stop them and give out none',
      },
      ['controller/worker-pool/session', 'end when the control plane does not know the Worker'],
      ['integration/worker-pool-faults', 'refuses the credentials of a pool that was reset, and takes the new ones'],
      [
        'control-plane/queue/leases',
        'a started run lives as long as its relay speaks, whatever becomes of the session (invariant 2)',
      ],
    ),
    threat(
      'harms-people',
      {
        is: 'Shows people at a terminal what is no text: control characters, links, colours that hide',
        answer: 'The command line shows text of others without any of it; programs get it as data',
      },
      ['cli/harmless', 'is refused harmlessly'],
      ['fuzz/logs', 'text for a terminal'],
    ),
    threat(
      'asks-for-secrets',
      {
        is: 'Wants the private key sent to it, or the API key of a pool that registers itself used elsewhere',
        answer:
          'The key signs proofs and is never sent; the API key goes to the endpoint that its Secret names, and profiles of the command line to the control plane that they are of',
      },
      ['protocol/client/transports', 'credentials with another key are rejected, and the key is not in the message'],
      ['cli/commands/profile', 'give their key to no other control plane'],
      ['integration/registration', 'registers itself with credentials of its own'],
    ),
  ],
};

export const DISK: Attacker = {
  who: 'Somebody at a disk, a bucket, a database or a backup',
  wants: 'Reads what is stored, or changes it. Has no key of the control plane.',
  threats: [
    threat(
      'reads-the-database',
      {
        is: 'Reads environments, credentials, secrets, outputs or states in the database, its files, a backup or the bucket',
        answer:
          'They lie encrypted, each bound to its place; secrets of API keys and sessions lie as hashes. Nothing stays in the files of SQLite after an older version left it readable',
        left: 'Names, logs, sources and plans of changes are readable: logs hold what runs print. Where `encryption.keys` lies on the same volume, whoever has the volume has both: give them as a Secret',
      },
      ['control-plane/store/secrets', 'lie encrypted, and are opened where they belong alone'],
      ['control-plane/store/secrets', 'nothing of a secret is left in the files of SQLite after it was encrypted'],
      ['control-plane/http/states', 'lies encrypted, and neither log nor database shows anything of it'],
      ['control-plane/identity/api-keys', 'tells its secret once, and leaves none in the database'],
      ['control-plane/queue/outputs', 'whose values lie encrypted'],
    ),
    threat(
      'changes-the-database',
      {
        is: 'Moves an encrypted value to another place, puts its own in it, or changes bytes',
        answer: 'It does not open in another table, row or column, changed, cut, or under another key',
        left: 'What is not encrypted can be changed: roles, stacks, their images. Who writes to the database decides over the runs',
      },
      ['control-plane/vault/vault', 'does not open in another'],
      ['control-plane/vault/vault', 'cannot be made by who has another key'],
      ['control-plane/vault/content', 'content that is encrypted on its way'],
    ),
    threat(
      'reads-files',
      {
        is: 'Reads files of the control plane or the command line as another user of the machine',
        answer:
          'Keys, databases, backups, tokens and profiles are their owner’s alone; rights of others that are found are taken away or told of',
      },
      ['control-plane/key-files', 'are made once, readable by nobody else but for the certificate'],
      ['control-plane/store/backup', 'is its owner’s alone'],
      ['cli/commands/pool', 'create makes a key here, a token for it and a Secret of both, for nobody else to read'],
      ['cli/commands/profile', 'tries the key, keeps it for nobody else, and uses it from now on'],
    ),
    threat(
      'old-backup',
      {
        is: 'Restores an old backup, so that numbers and keys of before count again',
        answer:
          'Fencing numbers go on above those that were ever given out; runs that the backup does not know are taken up as their controller sees them, and started nowhere else',
        left: 'Credentials that were reset since count again: reset them once more',
      },
      ['control-plane/store/backup', 'restores everything into'],
      ['control-plane/queue/restored', 'a run that was given out after the backup that is restored'],
    ),
    threat(
      'secrets-in-what-is-written',
      {
        is: 'Searches logs, events, statuses, errors, traces and audit trail for secrets',
        answer: 'None of them gets any: what is logged, traced and told are names and ids',
        left: 'What people write into names, descriptions and messages of commits',
      },
      ['control-plane/key-rotation', 'neither a key nor a secret gets into the log'],
      ['control-plane/observability/open-telemetry', 'nothing that a caller wrote gets into a span'],
      ['protocol/secret-shapes', 'says so and what to do, and shows nothing of itself'],
      ['cli/commands/control-plane', 'it says in one sentence, without a secret, that it was given'],
      ['network/proxies', 'variables that say what cannot be are refused, without a word of what is secret'],
    ),
  ],
};
