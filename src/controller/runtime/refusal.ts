import { isHalted, KubeError } from './errors';

/** What an answer of the API server that is not the wanted one means. */
export type RefusalKind =
  /** An admission webhook could not be asked, or gave no answer in time. */
  | 'webhook-down'
  /** An admission webhook cannot judge a dry run: it says nothing of the real request. */
  | 'dry-run-unsupported'
  /** An admission webhook, an admission policy or Pod Security said no. */
  | 'policy'
  /** A quota is used up. */
  | 'quota-full'
  /** A quota is smaller than this one object, or wants requests or limits that the object does not state. */
  | 'quota-unfit'
  | 'limit-range'
  /** The controller's own role does not allow it. */
  | 'rights'
  /** Something that the object names does not exist. */
  | 'missing'
  | 'invalid'
  | 'namespace-gone'
  /** An error within the API server or behind it. */
  | 'server-error'
  /** Too many requests, or a conflict with another one: later. */
  | 'busy'
  | 'no-answer';

export interface Refusal {
  readonly kind: RefusalKind;
  /** Stays the same while the cause does, whatever numbers and names the words hold at the moment. */
  readonly key: string;
  /** What was said: without the request, and without the name of an object that does not exist. */
  readonly detail: string;
  /** It may pass although nobody mends anything. The others are asked again, too, but somebody has to act. */
  readonly waitingHelps: boolean;
  /** It passes by itself, and soon: nobody needs to hear of it. */
  readonly transient: boolean;
  /** The object was judged; otherwise nothing is known of it. */
  readonly judged: boolean;
}

interface Rule {
  readonly kind: RefusalKind;
  readonly when: (error: KubeError, said: string) => boolean;
}

const says =
  (...words: RegExp[]) =>
  (_: KubeError, said: string): boolean =>
    words.some((word) => word.test(said));
const hasStatus =
  (...codes: number[]) =>
  ({ status }: KubeError): boolean =>
    codes.includes(status);

/** The words first: webhooks choose any code, policies several, and one code stands for many causes. */
const RULES: readonly Rule[] = [
  { kind: 'no-answer', when: hasStatus(0, 408) },
  { kind: 'webhook-down', when: says(/failed calling webhook/i, /failed to call webhook/i) },
  { kind: 'dry-run-unsupported', when: says(/admission webhook "[^"]*" does not support dry run/) },
  {
    kind: 'policy',
    when: says(
      /admission webhook "[^"]*" denied the request/,
      /(Validating|Mutating)AdmissionPolicy '[^']*'/,
      /violates PodSecurity "/,
    ),
  },
  {
    kind: 'namespace-gone',
    when: (error, said) =>
      error.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') === true ||
      /because it is being terminated$/.test(said) ||
      (error.status === 404 && /^namespaces "[^"]*" not found$/.test(said)),
  },
  { kind: 'quota-unfit', when: says(/failed quota: /, /insufficient quota to match/) },
  { kind: 'quota-unfit', when: (_, said) => isLargerThanQuota(said) },
  { kind: 'quota-full', when: says(/exceeded quota: /) },
  { kind: 'busy', when: says(/status unknown for quota/) },
  {
    kind: 'limit-range',
    when: says(
      /(maximum|minimum) \S+ usage per (Container|Pod|PersistentVolumeClaim) is/,
      /limit to request ratio per/,
    ),
  },
  { kind: 'rights', when: says(/ cannot \S+ resource "/, /cannot set blockOwnerDeletion/, /cannot set an ownerRef/) },
  { kind: 'rights', when: hasStatus(401) },
  { kind: 'missing', when: (error, said) => error.status === 403 && /\b(not|was) found\b/.test(said) },
  // What looks the thing up in the server's cache asks for the empty name, and takes the refusal for its own failure.
  { kind: 'invalid', when: says(/resource name may not be empty/, /request is too large/) },
  { kind: 'invalid', when: hasStatus(400, 413, 415, 422) },
  { kind: 'missing', when: hasStatus(404) },
  { kind: 'policy', when: hasStatus(403) },
  { kind: 'busy', when: hasStatus(409, 429) },
  { kind: 'server-error', when: () => true },
];

/** Of the kinds that are not named here somebody has to act. */
const WAITING_HELPS: readonly RefusalKind[] = ['webhook-down', 'quota-full', 'server-error', 'busy', 'no-answer'];
const TRANSIENT: readonly RefusalKind[] = ['busy', 'no-answer'];
const NOT_JUDGED: readonly RefusalKind[] = [
  'webhook-down',
  'dry-run-unsupported',
  'rights',
  'server-error',
  'busy',
  'no-answer',
];

/** What a failed request means; undefined for one that we broke off, and for errors that are not the API server's. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (isHalted(error) || !(error instanceof KubeError)) return undefined;
  const said = withoutRequest(error.message);
  const kind = RULES.find(({ when }) => when(error, said))?.kind ?? 'server-error';
  const detail = kind === 'webhook-down' ? webhookTrouble(said) : said;
  return {
    kind,
    key: `${kind}:${whoRefused(kind, said) ?? detail}`,
    detail,
    waitingHelps: WAITING_HELPS.includes(kind),
    transient: TRANSIENT.includes(kind),
    judged: !NOT_JUDGED.includes(kind),
  };
}

/** What was refused, and what a person can do about it. */
interface RefusedWish {
  /** `the run's Pod`, `new Workers`. */
  readonly object: string;
  readonly verb: 'create' | 'read' | 'change' | 'delete';
  readonly namespace: string;
  /** Where the object comes from: `spec.pod of WorkerPool team/pool`. */
  readonly field: string;
  /** What happens by itself once it is mended: `the Pod is then created by itself`. */
  readonly then: string;
}

/** One or two plain sentences: what was refused, by whom, why, and what to do. */
export function explainRefusal({ kind, detail }: Refusal, wish: RefusedWish): string {
  const { object, verb, namespace, field, then } = wish;
  const why = endSentence(detail);
  switch (kind) {
    case 'webhook-down':
      return `The API server cannot ${verb} ${object}, because an admission webhook does not answer: ${why} Mend or remove the webhook; ${then}.`;
    case 'dry-run-unsupported':
      return `An admission webhook cannot say beforehand whether it admits ${object}: ${why}`;
    case 'policy':
      if (verb === 'delete')
        return `The API server does not let ${object} be deleted: ${why} Change the policy; ${then}.`;
      return `The API server does not admit ${object}: ${why} Change the policy or ${field}; ${then}.`;
    case 'quota-full':
      return `A quota of namespace ${namespace} has no room for ${object}: ${why} It passes once there is room; ${then}.`;
    case 'quota-unfit':
      return `A quota of namespace ${namespace} can never take ${object} as it is: ${why} Change the resources in ${field}, or the quota; ${then}.`;
    case 'limit-range':
      return `A LimitRange of namespace ${namespace} does not allow ${object}: ${why} Change the resources in ${field}, or the LimitRange; ${then}.`;
    case 'rights':
      return `The controller may not ${verb} ${object} in namespace ${namespace}: ${why} Mend its Role and RoleBinding; ${then}.`;
    case 'missing':
      return `The API server refuses ${object}, because something is missing: ${why} Create it, or correct ${field}; ${then}.`;
    case 'invalid':
      return `The API server refuses ${object} as invalid: ${why} Correct ${field}; ${then}.`;
    case 'namespace-gone':
      return `The API server takes nothing new in namespace ${namespace}: ${why}`;
    case 'server-error':
      return `The API server failed to ${verb} ${object}: ${why} It is tried again; ${then}.`;
    case 'busy':
      return `The API server puts ${object} off: ${why} It is tried again; ${then}.`;
    case 'no-answer':
      return `The API server did not answer when it was to ${verb} ${object}: ${why} It is tried again; ${then}.`;
  }
}

/** The longest text of others that one of our sentences takes in. */
const MAX_DETAIL = 700;

/** Trims to one line of bearable length that ends with a full stop. */
export function endSentence(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const short = line.length > MAX_DETAIL ? `${line.slice(0, MAX_DETAIL)}…` : line;
  return /[.!?…]$/.test(short) ? short : `${short}.`;
}

/** Without `POST /api/…: `, and without `pods "x" is forbidden: `, which names an object that nobody has. */
function withoutRequest(message: string): string {
  return message
    .replace(/^(GET|POST|PUT|PATCH|DELETE) \S+: /, '')
    .replace(/^Internal error occurred: /i, '')
    .replace(/^[\w.-]+ ("[^"]*" )?is (invalid|forbidden): /i, '');
}

/** Without the address and time-out of each attempt. */
function webhookTrouble(said: string): string {
  return said
    .replace(/failed to call webhook: /g, '')
    .replace(/\b(Post|Get) "[^"]*": /g, '')
    .replace(/^failed calling webhook ("[^"]*"): /, 'webhook $1: ');
}

const REFUSERS: Partial<Record<RefusalKind, RegExp>> = {
  'webhook-down': /webhook ("[^"]*")/,
  policy: /(?:webhook ("[^"]*")|AdmissionPolicy ('[^']*')|PodSecurity ("[^"]*"))/,
  'quota-full': /exceeded quota: ([^,]*)/,
};

/** The webhook, policy or quota that said no; undefined where the words themselves are the cause. */
function whoRefused(kind: RefusalKind, said: string): string | undefined {
  const found = REFUSERS[kind]?.exec(said);
  return found?.slice(1).find((name) => name !== undefined);
}

/** A quota that is exceeded although nothing of it is used. */
function isLargerThanQuota(said: string): boolean {
  const used = /exceeded quota: .*, used: (.*), limited: /.exec(said)?.[1];
  return used !== undefined && used.split(',').every((entry) => /=0$/.test(entry));
}
