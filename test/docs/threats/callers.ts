import { threat, type Attacker } from './threat';

export const STRANGER: Attacker = {
  who: 'A stranger on the network',
  wants:
    'Reaches the ports of the control plane, or sits between it and a cluster; has no credentials. Wants some, wants to read or change what is said, or wants that nobody else is served.',
  threats: [
    threat(
      'guessed-credentials',
      {
        is: 'Guesses API keys, passwords and proofs of pools',
        answer:
          'Secrets are random and long. Failed log-ins are counted by address, over HTTP and MQTT together; after 20 one every 3 seconds is looked at. Every refusal is in the audit trail',
        left: 'Behind a proxy that is not named in the settings all callers have one address, and share the delay',
      },
      [
        'control-plane/admission/admission',
        'are refused after too many, the right one among them, until time has passed',
      ],
      ['control-plane/broker/proofs', 'proofs that come with requests over MQTT are counted with those over HTTP'],
      ['control-plane/audit/trail', 'a failed log-in with whom it claimed to be, and no secret'],
    ),
    threat(
      'forged-credentials',
      {
        is: 'Forges a JWT: of no key, of another algorithm, for another audience, expired, with an address of its own for the keys',
        answer:
          'The key, its algorithm, issuer, audience and times are held against what is on file; nothing that the token says is fetched',
      },
      ['control-plane/http/app', 'the worker protocol refuses'],
      ['control-plane/identity/oidc', 'a token is refused before anything is fetched'],
      ['control-plane/identity/oidc', 'a token is refused by the keys of its issuer'],
      ['control-plane/identity/api-keys', 'and a JWT whose signature is known'],
    ),
    threat(
      'replayed-proof',
      {
        is: 'Replays a proof or a log-in that was seen on the way',
        answer: 'All doors speak TLS. A proof of a pool is good for minutes, and a connection over MQTT ends with it',
        left: 'Who sees it in those minutes can use it; a proof is not bound to a connection or a request',
      },
      ['control-plane/http/app', 'the worker protocol refuses an expired token'],
      ['control-plane/broker/broker', 'the rights of a connection end'],
    ),
    threat(
      'false-control-plane',
      {
        is: 'Pretends to be the control plane, its broker, its database or a git host',
        answer:
          'Each is trusted by the authority that the token, the Secret or the settings name; a host of ssh by its key. Without it nothing is sent',
      },
      ['protocol/client/transports', 'when the authority is another the session says so and names the address'],
      ['network/tunnel', 'a certificate of another authority is refused as without one'],
      ['control-plane/store/postgres-access', 'is refused with another authority'],
      ['launcher/init/git/ssh', 'speaks no further with a host that shows another key than the known one'],
      ['launcher/init/git/https', 'gives up with one sentence for a certificate that is not trusted'],
    ),
    threat(
      'flood',
      {
        is: 'Opens thousands of connections, sends slowly, without end, or what is costly to read',
        answer:
          'Connections, headers, bodies, time and memory are bounded before a log-in; the address that has the most loses first',
        left: 'A flood that fills the network itself, or comes from very many addresses: put something before it that knows floods',
      },
      ['control-plane/http/misbehaviour', 'another is answered within 250 ms while somebody without any right'],
      ['control-plane/http/held-connections', 'the address that has the most loses the oldest, and nobody else one'],
      ['control-plane/broker/limits', 'strangers make the broker hold no more than they may'],
    ),
    threat(
      'nonsense',
      {
        is: 'Sends what is none of the protocol: to make a parser fail, hang or show a secret',
        answer:
          'Every parser that meets the outside takes bytes of any kind, refuses with errors of its own kinds, and takes a time that grows with the length',
        left: 'Parsers of Node itself (HTTP, TLS) and of libraries are exercised as far as we call them',
      },
      ['fuzz/protocol', 'refuses with an error of its own, whatever it is given'],
      ['fuzz/credentials', 'takes a time that grows with the length at most'],
      ['control-plane/http/nonsense', 'whatever a proof holds'],
      ['control-plane/http/nonsense', 'whatever the body of GraphQL holds, it is answered with 200 and errors'],
    ),
  ],
};

export const OTHER_POOL: Attacker = {
  who: "Somebody with another pool's token",
  wants:
    'Has the token of a pool, and perhaps its private key: a team of the same company, or whoever took them from a cluster. Wants the runs, sources, states or environments of another pool.',
  threats: [
    threat(
      'token-alone',
      {
        is: 'Uses a token without the private key',
        answer:
          'Proofs are signed with the private key, which is in no token and never leaves the Secret; the certificate in the token is public',
        left: 'The token tells the addresses of the control plane',
      },
      ['protocol/client/transports', 'credentials with another key are rejected, and the key is not in the message'],
      ['protocol/auth', 'token and key of different pools do not fit'],
    ),
    threat(
      'runs-of-another-pool',
      {
        is: 'Asks for a run of another pool: by its id, attempt, fencing number, session and workers, all of which it knows',
        answer:
          'Each operation looks for the run or worker among those of the pool that has proved itself, and finds none',
      },
      ['control-plane/http/another-pool', 'the key of another pool opens nothing of a run by'],
      ['control-plane/http/another-pool', 'the key of another pool finds no worker of the session by'],
      ['control-plane/http/states', 'and a pool that is not the stack’s'],
    ),
    threat(
      'topics-of-another-pool',
      {
        is: "Listens to another pool's topics on the broker, or publishes below them",
        answer:
          'A connection may use the topics of its pool alone; the embedded broker ends one that tries, a broker of your own holds it by its rules',
      },
      [
        'control-plane/broker/broker',
        'that writes below the topics of another ends its connection and changes nothing',
      ],
      ['integration/mqtt-broker', 'another pool can neither read nor write for mine, nor take its requests away'],
    ),
    threat(
      'old-credentials',
      {
        is: 'Goes on with a key that was reset',
        answer:
          'It is refused at once, but for the end of runs that had started; it starts nothing and reads no environment again',
        left: 'A run that was under way may still tell its state, log and outcome with it',
      },
      ['control-plane/identity/pool-identity', 'refuses the former key for a run that has not started'],
      ['control-plane/identity/pool-identity', 'refuses it a second start, which would give out the environment'],
    ),
    threat(
      'replayed-messages',
      {
        is: 'Repeats or reorders messages of an attempt: an outcome, a log, a start, a state',
        answer:
          'Every message carries a fencing number; an old one is refused everywhere. A repeated one is the same as one, and a second Pod of an attempt may not start',
      },
      ['control-plane/queue/lifecycle', 'an old fence is refused everywhere'],
      ['control-plane/queue/lifecycle', 'one Pod of an attempt may start, and the same one again (invariant 1)'],
      ['launcher/relay/control-plane-away', 'Invariant 6: no line is lost and none comes twice'],
      ['control-plane/http/states', 'an attempt that is over'],
      ['controller/worker-pool/session', 'are those of the newest revision, whatever the order in which they come'],
    ),
    threat(
      'greedy-pool',
      {
        is: 'Takes more than its share: workers, requests, logs, uploads, held messages',
        answer: 'Each is bounded by pool, and other pools are answered as before',
        left: 'Disk: logs, states and workspaces are bounded each, and together by the volume; a nearly full one refuses workspaces',
      },
      ['control-plane/http/misbehaviour', 'another pool is answered within 250 ms while the holder of a pool'],
      ['control-plane/queue/caps', 'takes no further session of a pool that has its share'],
      [
        'control-plane/broker/bounds',
        'a pool that holds more than it may loses the connection that asks for more, and no other',
      ],
      ['control-plane/http/workspace-uploads', 'a control plane whose volume is nearly full refuses a workspace'],
    ),
  ],
};

export const PERSON: Attacker = {
  who: 'A person with few rights',
  wants:
    'Has an API key that may read, or none of the rights that are wanted. Wants to act, to read secrets, or to have others see or run something.',
  threats: [
    threat(
      'beyond-the-role',
      {
        is: 'Asks for an operation, page or form that the role does not allow',
        answer:
          'One table of rights is asked by the API, the pages, their forms and the streams; what is refused stands in the audit trail',
      },
      ['control-plane/graphql/roles', 'the role reader and'],
      ['control-plane/graphql/roles', 'a form of the web page and the role reader'],
      ['control-plane/graphql/schema', 'whoever is not logged in is refused'],
      ['control-plane/audit/doors', 'leaves one entry: for one who may not, then for one who may'],
    ),
    threat(
      'reads-secrets',
      {
        is: 'Reads values of environments, tokens, secrets of webhooks or repositories, sensitive outputs',
        answer: 'Names are shown, values are not; secrets are told once, to whoever makes them, and lie encrypted',
        left: 'Operators may run code with the environment of a stack, and read states: to them its secrets are known',
      },
      ['control-plane/http/app', 'tells of its environment the names alone'],
      [
        'control-plane/webhooks/secrets',
        'the secret of a webhook is in no log, entry of the audit trail, delivery, error or file',
      ],
      ['control-plane/admin/repositories', 'leaves no secret in the database and the audit trail that can be read'],
      ['control-plane/web/routes', 'stand by name, harmless and cut, and no sensitive one has its value there'],
    ),
    threat(
      'hostile-names',
      {
        is: 'Names a pool, stack, worker, branch or label so that a page, a terminal, a shell or a path takes it for something else',
        answer:
          'Names are checked where they come in; pages escape them, terminals see no control character of theirs, shells get them quoted, paths stay within their folder',
      },
      ['control-plane/names', 'may not be called'],
      ['control-plane/http/app', 'escapes what people named, runs no script and shows no token'],
      ['cli/harmless', 'is harmless in words'],
      [
        'control-plane/web/routes',
        'makes visible what steps and names hold of control characters, and shows colours as such',
      ],
      [
        'launcher/shim/environment',
        'reaches the tool whatever the names are, and those of shells and shim harm nothing',
      ],
    ),
    threat(
      'costly-questions',
      {
        is: 'Asks the API what costs much: aliases, nested lists, long documents, large pages, deep fragments',
        answer:
          'A document is measured before it is carried out, by what it asks for; what one caller has under way is bounded',
      },
      ['control-plane/http/misbehaviour', 'another is answered within 250 ms while the holder of the API key'],
      ['control-plane/graphql/answer-limits', 'the answer to a document'],
      ['control-plane/http/largest', 'the event loop is not held for 250 ms while the holder of the API key'],
    ),
    threat(
      'requests-by-the-control-plane',
      {
        is: 'Has the control plane send requests into its own network, by a webhook',
        answer:
          'Private and local addresses are refused unless the administrator allows them, after the name is resolved and through proxies, too',
        left: 'What an administrator allows. Issuers of tokens are for admins to name, and may be anywhere',
      },
      [
        'control-plane/webhooks/destinations',
        'may be sent to networks that the administrator allows, and to no others',
      ],
      ['control-plane/webhooks/proxied', 'a proxy leads to no address that is not allowed'],
    ),
    threat(
      'cluster-rights',
      {
        is: 'Uses WorkerPools to get rights in the cluster that they do not have',
        answer:
          'Who may write WorkerPools may run any Pod that the namespace admits, as who may create Pods: the roles that grant the one grant the other. The operator has what it needs and no more',
        left: 'Where `edit` is too much for Pods, admission decides: Pod Security, policies, quotas',
      },
      ['integration/operator-rights', 'may do what the controller does, and no more'],
      ['integration/operator-construct', "Kubernetes' own roles for people"],
      [
        'integration/helm-pod-security',
        'a run with a privileged sidecar does not, which shows that the others were looked at',
      ],
      ['integration/worker-pool-refusals', 'holds against images that a policy refuses, until the policy goes'],
    ),
  ],
};
