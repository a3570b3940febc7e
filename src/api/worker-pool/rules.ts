import { CONTAINER } from '../names';
import type { JsonSchema, ValidationRule } from '../schema';
import { PROCESS_NAMESPACE_RULES } from './process-namespace';

/**
 * Validation that the API server runs itself. The cost of a rule is estimated from the longest value that the schema
 * allows, which is why the lists and texts that rules walk have generous upper limits.
 */

export const LIMIT = {
  /** Longest list that a rule walks. */
  items: 256,
  /** A host name of 253 characters, a colon and a port. */
  hostAndPort: 259,
  duration: 64,
  /** Half of what one `sync` of the worker protocol lists: Workers that leave finish their runs beside the new ones. */
  poolSize: 10_000,
  url: 2048,
  /** A Worker is named `<pool>-<ulid>`, and an object's name has 253 characters at most. */
  poolName: 253 - 27,
} as const;

/** Names of containers that a pool's own must not have. */
export const RESERVED_CONTAINER_NAMES: readonly string[] = [...Object.values(CONTAINER), 'intent-worker'];

/** What a person reads when a rule is broken. The constructs say the same before anything reaches a cluster. */
export const SENTENCE = {
  poolName: `the name of a WorkerPool has ${LIMIT.poolName} characters at most, because its Workers are named <pool>-<ULID>`,
  poolSize: `a pool has ${LIMIT.poolSize} Workers at most: make another WorkerPool for more`,
  tokenAndKey: 'token and privateKey must both be set or both be unset',
  pollUrl: 'pollCommsURL is required when commsProtocol is poll',
  driftIsOff: 'maxRuns cannot be set when disabled is true',
  driftHasNoLimit: 'either disabled must be true or maxRuns must be set',
  oneApiSecret: 'exactly one of secretName and secretKeyRef must be set',
  /** The API takes these fields and ignores them; the constructs say so. */
  onlyRegistering:
    'only a pool that registers itself has a use for it: leave it out, or leave out token and privateKey',
  onlyPolling: 'only CommsProtocol.POLL has a use for it: leave it out, or set commsProtocol',
  httpUrl: 'must be an http or https URL such as https://control-plane.example.com',
  registryHost: 'must be a host name such as docker.io or registry.example.com:5000, without scheme or path',
  specialVolumes: 'workspaceVolume and binariesCacheVolume must have different names',
  volumeName: (special: string) => `volumes must not repeat the name of ${special}`,
  containerName: (list: string) =>
    `${list} must not use the names of the built-in containers: ${RESERVED_CONTAINER_NAMES.join(', ')}`,
} as const;

export const POOL_RULES: readonly ValidationRule[] = [
  {
    rule: `size(self.metadata.name) <= ${LIMIT.poolName}`,
    message: SENTENCE.poolName,
  },
];

export const SPEC_RULES: readonly ValidationRule[] = [
  {
    rule: 'has(self.token) == has(self.privateKey)',
    message: SENTENCE.tokenAndKey,
  },
  {
    rule: "!has(self.commsProtocol) || self.commsProtocol != 'poll' || (has(self.pollCommsURL) && self.pollCommsURL != '')",
    message: SENTENCE.pollUrl,
  },
];

export const DRIFT_RULES: readonly ValidationRule[] = [
  {
    rule: '!(has(self.disabled) && self.disabled) || !has(self.maxRuns)',
    message: SENTENCE.driftIsOff,
  },
  {
    rule: '(has(self.disabled) && self.disabled) || has(self.maxRuns)',
    message: SENTENCE.driftHasNoLimit,
  },
];

export const API_CREDENTIALS_RULES: readonly ValidationRule[] = [
  {
    rule: 'has(self.secretName) != has(self.secretKeyRef)',
    message: SENTENCE.oneApiSecret,
  },
];

export const POD_RULES: readonly ValidationRule[] = [
  volumeNamesDiffer('workspaceVolume'),
  volumeNamesDiffer('binariesCacheVolume'),
  {
    rule:
      '!has(self.workspaceVolume) || !has(self.binariesCacheVolume) || ' +
      'self.workspaceVolume.name != self.binariesCacheVolume.name',
    message: SENTENCE.specialVolumes,
  },
  containerNamesAreFree('customInitContainers'),
  containerNamesAreFree('additionalSidecarContainers'),
  ...PROCESS_NAMESPACE_RULES,
];

function volumeNamesDiffer(special: string): ValidationRule {
  return {
    rule: `!has(self.${special}) || !has(self.volumes) || self.volumes.all(v, v.name != self.${special}.name)`,
    message: SENTENCE.volumeName(special),
  };
}

function containerNamesAreFree(list: string): ValidationRule {
  const names = RESERVED_CONTAINER_NAMES.map((name) => `'${name}'`).join(', ');
  return {
    rule: `!has(self.${list}) || self.${list}.all(c, !(c.name in [${names}]))`,
    message: SENTENCE.containerName(list),
  };
}

export const POOL_SIZE: JsonSchema = {
  minimum: 0,
  'x-kubernetes-validations': [
    {
      rule: `self <= ${LIMIT.poolSize}`,
      message: SENTENCE.poolSize,
      inValues: { maximum: LIMIT.poolSize },
    },
  ],
};

const GO_DURATION = '^(0|([0-9]+([.][0-9]*)?(ns|us|µs|ms|s|m|h))+)$';

/** A duration as Go writes it, never negative. */
export const DURATION: JsonSchema = {
  maxLength: LIMIT.duration,
  'x-kubernetes-validations': [
    {
      rule: `self.matches('${GO_DURATION}')`,
      message: 'must be a duration such as 30m, 24h or 1h30m',
      inValues: { pattern: GO_DURATION },
    },
  ],
};

export const HTTP_URL: JsonSchema = {
  maxLength: LIMIT.url,
  'x-kubernetes-validations': [
    {
      rule: "self == '' || (isURL(self) && url(self).getScheme() in ['http', 'https'])",
      message: SENTENCE.httpUrl,
      inValues: { pattern: '^(https?://[^/].*)?$' },
    },
  ],
};

export const REGISTRY_HOST: JsonSchema = {
  minLength: 1,
  maxLength: LIMIT.hostAndPort,
  'x-kubernetes-validations': [
    {
      rule: "!self.contains('/')",
      message: SENTENCE.registryHost,
      inValues: { pattern: '^[^/]*$' },
    },
  ],
};
