import { field, flag, int32, integer, kubernetes, list, text, type Field, type ObjectType } from '../field';
import { DEFAULTS } from '../defaults';
import type { SchemaMap } from '../schema';
import { POD } from './pod';
import {
  API_CREDENTIALS_RULES,
  DRIFT_RULES,
  DURATION,
  HTTP_URL,
  LIMIT,
  POOL_SIZE,
  REGISTRY_HOST,
  SPEC_RULES,
} from './rules';

const SECRET_KEY_REF: ObjectType = {
  kind: 'object',
  name: 'SecretKeyRef',
  description: "A value in a Secret of the pool's namespace.",
  fields: {
    secretKeyRef: field(kubernetes('SecretKeySelector'), {
      description: 'Name of the Secret and the key in it.',
      required: true,
    }),
  },
};

const DRIFT_DETECTION_RUN_LIMITS: ObjectType = {
  kind: 'object',
  name: 'DriftDetectionRunLimits',
  description: 'How many drift-detection runs the pool takes at once.',
  fields: {
    disabled: field(flag({ default: false }), {
      description: 'Whether the pool takes no drift-detection runs at all.',
    }),
    maxRuns: field(int32({ minimum: 0 }), { description: 'Drift-detection runs at the same time.' }),
  },
  rules: DRIFT_RULES,
};

const SPACELIFT_API_CREDENTIALS: ObjectType = {
  kind: 'object',
  name: 'SpaceliftAPICredentials',
  description: 'The API key with which a pool registers itself.',
  fields: {
    secretName: field(text({ minLength: 1 }), { description: 'Secret in the namespace of the pool.' }),
    keyEndpointField: field(text({ default: 'endpoint' }), {
      description: 'Key of the Secret that holds the URL of the account, without a path.',
    }),
    keyIdField: field(text({ default: 'keyId' }), {
      description: 'Key of the Secret that holds the ID of the API key.',
    }),
    keySecretField: field(text({ default: 'keySecret' }), {
      description: 'Key of the Secret that holds the secret of the API key.',
    }),
    secretKeyRef: field(kubernetes('SecretKeySelector'), {
      description: 'One key of a Secret that holds all three values, as JSON with endpoint, keyId and keySecret.',
      deprecated: 'use secretName.',
    }),
  },
  rules: API_CREDENTIALS_RULES,
};

const registration: SchemaMap<Field> = {
  token: field(SECRET_KEY_REF, {
    description: "The pool's token as the control plane handed it out. Belongs with `privateKey`.",
    whenUnset: 'the pool registers itself, with `spaceliftAPICredentials` or the credentials of the operator',
  }),
  privateKey: field(SECRET_KEY_REF, {
    description: "Base64 of the PEM file of the pool's private key. Belongs with `token`.",
    whenUnset: 'as for `token`',
  }),
  spaceliftAPICredentials: field(SPACELIFT_API_CREDENTIALS, {
    description: 'API key with which the pool registers itself. Wins over the credentials of the operator.',
    whenUnset: 'the credentials of the operator are used, where it has any',
  }),
  space: field(text(), {
    description: 'ID of the space in which a pool that registers itself is made. Other pools ignore it.',
    whenUnset: 'the control plane chooses the space',
  }),
  description: field(text(), {
    description: 'Description of a pool that registers itself. Other pools ignore it.',
  }),
  driftDetectionRunLimits: field(DRIFT_DETECTION_RUN_LIMITS, {
    description: 'Limits of drift detection on a pool that registers itself. Other pools ignore it.',
    whenUnset: 'no limit',
  }),
};

const connection: SchemaMap<Field> = {
  commsProtocol: field(text({ enum: ['mqtt', 'poll'], default: 'mqtt' }), {
    description: 'How the pool hears of its runs: `mqtt`, or `poll` for HTTP long polling.',
  }),
  pollCommsURL: field(text(HTTP_URL), {
    description: 'Base URL for HTTP long polling. Required when `commsProtocol` is `poll`.',
  }),
  mqttReconnectRetryCount: field(integer({ default: DEFAULTS.mqttReconnectRetryCount }), {
    description:
      'Attempts to reconnect a lost MQTT session before the condition Registered turns to ControlPlaneUnreachable. ' +
      'Attempts go on after that, so that the pool goes on by itself when the cause is mended.',
  }),
};

const history: SchemaMap<Field> = {
  successfulPodsHistoryLimit: field(int32({ minimum: 0 }), {
    description: 'Successful Pods that are kept, for each Worker; the oldest go first. 0 removes them at once.',
    whenUnset: `${DEFAULTS.successfulPodsHistoryLimit}, or no limit by number when \`successfulPodsHistoryTTL\` is set`,
  }),
  successfulPodsHistoryTTL: field(text(DURATION), {
    description: 'Age, since their creation, at which successful Pods are removed, such as 30m or 24h.',
    whenUnset: 'no limit by age',
  }),
  failedPodsHistoryLimit: field(int32({ minimum: 0 }), {
    description: 'Failed Pods that are kept, for each Worker; the oldest go first. 0 removes them at once.',
    whenUnset: `${DEFAULTS.failedPodsHistoryLimit}, or no limit by number when \`failedPodsHistoryTTL\` is set`,
  }),
  failedPodsHistoryTTL: field(text(DURATION), {
    description: 'Age, since their creation, at which failed Pods are removed, such as 30m or 24h.',
    whenUnset: 'no limit by age',
  }),
  keepSuccessfulPods: field(flag(), {
    description: 'Whether successful Pods are kept, for as long as the other fields let them.',
    deprecated: 'use successfulPodsHistoryLimit or successfulPodsHistoryTTL, which win over it.',
    whenUnset: 'false',
  }),
};

/** `spec` of a WorkerPool. */
export const SPEC: ObjectType = {
  kind: 'object',
  name: 'WorkerPoolSpec',
  description: 'What a WorkerPool is to be.',
  fields: {
    poolSize: field(int32(POOL_SIZE), {
      description:
        `Number of Workers, which is the number of runs at the same time, ${LIMIT.poolSize} at most. Runs in progress are ` +
        'never ended to reach it.',
      whenUnset: `${DEFAULTS.poolSize} for a new pool; afterwards the last size stays, so that autoscalers are not overruled`,
    }),
    ...registration,
    allowedRunnerImageHosts: field(list(text(REGISTRY_HOST), { maxItems: LIMIT.items }), {
      description: 'Registries that runner images of stacks may come from. A run with an image from elsewhere fails.',
      whenUnset: 'every registry is allowed',
    }),
    ...connection,
    ...history,
    pod: field(POD, { description: 'Settings of the Pods that carry out runs. They hold for Pods made afterwards.' }),
  },
  rules: SPEC_RULES,
};
