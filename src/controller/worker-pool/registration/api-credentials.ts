import { readFile } from 'node:fs/promises';
import { API_CREDENTIALS_SECRET, CONTROLLER_VARIABLE, REASON, type WorkerPool } from '../../../api';
import { HttpAddress } from '../../../protocol/token';
import { explainRefusal, refusalOf, SECRETS, type KubeClient } from '../../runtime';
import type { Secret } from '../credentials';
import { RegistrationError } from './error';

/** With what the controller asks a control plane for pools. */
export interface ApiCredentials {
  /** URL without a path. */
  readonly endpoint: string;
  readonly keyId: string;
  readonly keySecret: string;
  /** PEM of the authority of the control plane; '' trusts those that Node.js knows. */
  readonly ca: string;
}

/** Key of the Secret, beside the three documented ones, that holds the authority of the control plane. */
const CA_KEY = 'ca.crt';
/** Every Pod has it, unless it says otherwise. */
const TOKEN_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/** One Secret, and where in it the values are. */
interface Place {
  readonly namespace: string;
  readonly name: string;
  /** What names it, for messages. */
  readonly namedBy: string;
  readonly fields: { readonly endpoint: string; readonly keyId: string; readonly keySecret: string };
  /** The key that holds all values as JSON. */
  readonly whole?: string;
}

const FIELDS = { endpoint: 'endpoint', keyId: 'keyId', keySecret: 'keySecret' };

/** The place of a pool's own API credentials, or of those of the operator. */
export function placeOf({ metadata, spec }: WorkerPool, operatorNamespace: string): Place {
  const given = spec?.spaceliftAPICredentials;
  if (!given) {
    const operators = { namespace: operatorNamespace, name: API_CREDENTIALS_SECRET, fields: FIELDS };
    return { ...operators, namedBy: 'the operator' };
  }
  const { secretName, secretKeyRef, keyEndpointField, keyIdField, keySecretField } = given;
  const namedBy = 'spec.spaceliftAPICredentials';
  const { namespace } = metadata;
  if (secretName === undefined && secretKeyRef) {
    return { namespace, name: secretKeyRef.name ?? '', namedBy, fields: FIELDS, whole: secretKeyRef.key };
  }
  const fields = {
    endpoint: keyEndpointField ?? FIELDS.endpoint,
    keyId: keyIdField ?? FIELDS.keyId,
    keySecret: keySecretField ?? FIELDS.keySecret,
  };
  return { namespace, name: secretName ?? '', namedBy, fields };
}

/** @throws RegistrationError that says which Secret, which key and what to do */
export async function readApiCredentials(
  client: Pick<KubeClient, 'get'>,
  pool: WorkerPool,
  operatorNamespace: string,
  signal?: AbortSignal,
): Promise<ApiCredentials> {
  const place = placeOf(pool, operatorNamespace);
  const secret = place.name === '' ? undefined : await read(client, place, signal);
  if (!secret) throw missing(place);
  const values = place.whole === undefined ? decoded(secret) : wholeOf(secret, place, place.whole);
  const value = (key: string): string => (values[key] ?? '').trim();
  const required = (key: string): string => {
    if (value(key) !== '') return value(key);
    throw invalid(place, `has no ${place.whole === undefined ? 'key' : 'member'} "${key}"`);
  };
  const endpoint = endpointOf(required(place.fields.endpoint));
  if (endpoint === undefined) {
    throw invalid(
      place,
      `holds no URL under "${place.fields.endpoint}": https://HOST[:PORT] without a path is allowed`,
    );
  }
  const keyId = required(place.fields.keyId);
  return {
    endpoint,
    keyId,
    keySecret: value(place.fields.keySecret) || (await accountToken()),
    ca: values[CA_KEY] ?? '',
  };
}

function endpointOf(text: string): string | undefined {
  const url = text.replace(/\/+$/, '').replace(/\/graphql$/, '');
  return HttpAddress.safeParse(url).success ? url : undefined;
}

async function read(client: Pick<KubeClient, 'get'>, place: Place, signal?: AbortSignal): Promise<Secret | undefined> {
  const { namespace, name, namedBy } = place;
  try {
    return await client.get<Secret>(SECRETS, namespace, name, signal ? { signal } : {});
  } catch (error) {
    const refusal = refusalOf(error);
    if (!refusal) throw error;
    const then = 'the pool then registers by itself';
    const words = { object: `Secret "${name}"`, verb: 'read', namespace, field: namedBy, then } as const;
    throw new RegistrationError(REASON.secretUnreadable, explainRefusal(refusal, words));
  }
}

function missing({ name, namespace, namedBy }: Place): RegistrationError {
  if (namedBy === 'the operator') {
    return new RegistrationError(
      REASON.credentialsMissing,
      `spec.token and spec.privateKey are not set, and there is no Secret "${name}" in namespace "${namespace}" with ` +
        'an API key to register the pool with: create it, set spec.spaceliftAPICredentials, or set token and privateKey',
    );
  }
  const what =
    name === ''
      ? `${namedBy} names no Secret`
      : `there is no Secret "${name}" in namespace "${namespace}", which ${namedBy} names`;
  return new RegistrationError(REASON.secretNotFound, `${what}: create it with endpoint, id and secret of an API key`);
}

function invalid({ name, namespace, namedBy }: Place, what: string): RegistrationError {
  const message = `Secret "${name}" in namespace "${namespace}" with the API key (${namedBy}) ${what}`;
  return new RegistrationError(REASON.apiCredentialsInvalid, message);
}

function decoded({ data = {} }: Secret): Record<string, string> {
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
  );
}

function wholeOf(secret: Secret, place: Place, key: string): Record<string, string> {
  const text = decoded(secret)[key];
  if (text === undefined) throw invalid(place, `has no key "${key}"`);
  const values = asObject(text);
  if (!values) throw invalid(place, `holds under "${key}" no JSON object with endpoint, keyId and keySecret`);
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
}

function asObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Without a secret the controller's ServiceAccount proves who asks. Kubernetes renews the file. */
async function accountToken(): Promise<string> {
  const file = process.env[CONTROLLER_VARIABLE.apiTokenFile] || TOKEN_FILE;
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    const { code = 'no answer' } = error as NodeJS.ErrnoException;
    throw new RegistrationError(
      REASON.apiCredentialsInvalid,
      `the Secret with the API key has no secret, and the token of the controller's ServiceAccount cannot be read from ${file} ` +
        `(${code}): add the secret, or mount the token`,
    );
  }
}
