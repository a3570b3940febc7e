import { createHash } from 'node:crypto';
import { REASON } from '../../../api';
import { trustedAuthorities } from '../../../network/authorities';
import { causeOfFailure } from '../../../protocol/client/causes';
import { Connections } from '../../../protocol/client/connections';
import type { Clock } from '../../../time';
import { REASON_OF_CAUSE } from '../../reasons';
import type { ApiCredentials } from './api-credentials';
import { DOCUMENT } from './api-documents';
import { RegistrationError } from './error';
import type { KnownPool, PoolSettings } from './settings';

const CONNECT_MS = 5_000;
const ANSWER_MS = 15_000;
/** Sessions of API keys are renewed so long before they end. */
const MARGIN_MS = 30_000;
/** API keys whose sessions are remembered: one an operator, or one a team. */
const MOST_SESSIONS = 1_000;

interface Session {
  readonly jwt: string;
  readonly validUntil: number;
  /** How a pool is said to be managed by a cluster, where the API has a way. */
  readonly mark: 'managedBy' | 'managedByK8sController' | undefined;
}

interface ApiError {
  readonly message: string;
  readonly extensions?: { readonly code?: string };
}

/** The sessions of API keys, so that a thousand pools of one key log in once. */
export class ControlPlaneApis {
  private readonly sessions = new Map<string, Session>();

  constructor(private readonly clock: Clock) {}

  /** Carries something out at the control plane of these credentials. @throws RegistrationError */
  async with<T>(
    credentials: ApiCredentials,
    signal: AbortSignal,
    work: (api: ControlPlaneApi) => Promise<T>,
  ): Promise<T> {
    const caller = new Caller(credentials, signal);
    const key = createHash('sha256').update(JSON.stringify(credentials)).digest('hex');
    try {
      const known = this.sessions.get(key);
      const session = known && this.clock.now() < known.validUntil - MARGIN_MS ? known : await logIn(caller);
      if (this.sessions.size >= MOST_SESSIONS) this.sessions.clear();
      this.sessions.set(key, session);
      return await work(new ControlPlaneApi(caller, session));
    } catch (error) {
      // It may be the session that is over; the next attempt logs in.
      if (error instanceof RegistrationError) this.sessions.delete(key);
      throw error;
    }
  }
}

async function logIn(caller: Caller): Promise<Session> {
  const { keyId, keySecret } = caller.credentials;
  const { apiKeyUser } = await caller.ask<{ apiKeyUser: { jwt: string; validUntil: number } | null }>(DOCUMENT.logIn, {
    id: keyId,
    secret: keySecret,
  });
  if (!apiKeyUser) throw caller.rejected('there is no such key');
  const jwt = apiKeyUser.jwt;
  return { jwt, validUntil: apiKeyUser.validUntil * 1_000, mark: await markOf(caller, jwt) };
}

interface Schema {
  readonly __schema: {
    readonly mutationType: {
      readonly fields: readonly { readonly name: string; readonly args: readonly { readonly name: string }[] }[];
    };
  };
}

/** The public API has no documented way; this project's control plane has one. */
async function markOf(caller: Caller, jwt: string): Promise<Session['mark']> {
  try {
    const { __schema: schema } = await caller.ask<Schema>(DOCUMENT.schema, {}, jwt);
    const create = schema.mutationType.fields.find(({ name }) => name === 'workerPoolCreate');
    return (['managedBy', 'managedByK8sController'] as const).find((mark) =>
      create?.args.some(({ name }) => name === mark),
    );
  } catch (error) {
    // Where introspection is refused.
    if (error instanceof RegistrationError && error.isVerdict) return undefined;
    throw error;
  }
}

/** What a control plane does for pools that register themselves. Every method throws RegistrationError. */
export class ControlPlaneApi {
  constructor(
    private readonly caller: Caller,
    private readonly session: Session,
  ) {}

  get endpoint(): string {
    return this.caller.credentials.endpoint;
  }

  /** Whether pools that a cluster made can be told from those of people. */
  get tellsManaged(): boolean {
    return this.session.mark !== undefined;
  }

  async idsByName(name: string): Promise<string[]> {
    const { workerPools } = await this.ask<{ workerPools: { id: string; name: string }[] }>(DOCUMENT.pools, {});
    return workerPools.filter((pool) => pool.name === name).map(({ id }) => id);
  }

  /** With its token only where that is asked for. */
  async pool(id: string, { withToken = false } = {}): Promise<KnownPool | undefined> {
    const further = [...(withToken ? ['config'] : []), ...(this.session.mark === 'managedBy' ? ['managedBy'] : [])];
    const { workerPool } = await this.ask<{ workerPool: KnownPool | null }>(DOCUMENT.pool(further), { id });
    return workerPool ?? undefined;
  }

  /** @returns its token */
  async create(settings: PoolSettings, csrPem: string, managedBy: string): Promise<string> {
    const { mark } = this.session;
    const marked = mark === 'managedBy' ? { mark: managedBy } : mark && { mark: true };
    const variables = { ...variablesOf(settings), csr: base64(csrPem), ...marked };
    const { workerPoolCreate } = await this.ask<{ workerPoolCreate: { config: string } }>(
      DOCUMENT.create(mark),
      variables,
    );
    return workerPoolCreate.config;
  }

  /** @returns its new token */
  async reset(id: string, csrPem: string): Promise<string> {
    const { workerPoolReset } = await this.ask<{ workerPoolReset: { config: string } }>(DOCUMENT.reset, {
      id,
      csr: base64(csrPem),
    });
    return workerPoolReset.config;
  }

  async update(id: string, settings: PoolSettings): Promise<void> {
    await this.ask(DOCUMENT.update, { id, ...variablesOf(settings) });
  }

  async delete(id: string): Promise<void> {
    await this.ask(DOCUMENT.delete, { id });
  }

  private ask<T>(document: string, variables: object): Promise<T> {
    return this.caller.ask<T>(document, variables, this.session.jwt);
  }
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

function variablesOf({ name, description, labels, space, driftDetectionRunLimit }: PoolSettings): object {
  return { name, description, labels, space, drift: driftDetectionRunLimit };
}

/** Sends documents, and says of failures what they mean. */
class Caller {
  constructor(
    readonly credentials: ApiCredentials,
    private readonly signal: AbortSignal,
  ) {}

  async ask<T>(query: string, variables: object, jwt?: string): Promise<T> {
    const answer = await this.post(JSON.stringify({ query, variables }), jwt);
    const { data, errors = [] } = answer;
    if (errors[0]) throw this.refusal(errors[0]);
    if (!data) throw this.strange('is no answer of a control plane');
    return data as T;
  }

  rejected(said: string): RegistrationError {
    const { endpoint, keyId } = this.credentials;
    return this.error(
      REASON.apiKeyRejected,
      `the control plane at ${endpoint} does not take the API key ${keyId} for this: ${said}. ` +
        'It needs the role worker-pool-controller; mend the Secret or the key, and the pool goes on by itself',
      true,
    );
  }

  private async post(body: string, jwt: string | undefined): Promise<{ data?: unknown; errors?: ApiError[] }> {
    const { endpoint, ca } = this.credentials;
    const headers = { 'content-type': 'application/json', ...(jwt && { authorization: `Bearer ${jwt}` }) };
    const request = { path: '/graphql', headers, body, answerWithinMs: ANSWER_MS, signal: this.signal };
    // One for each request: what goes over a kept connection may be sent twice, and a pool must not be made twice.
    const connections = new Connections(endpoint, { ca: trustedAuthorities(ca), connectWithinMs: CONNECT_MS });
    let answer;
    try {
      answer = await connections.post(request);
    } catch (error) {
      this.signal.throwIfAborted();
      const { cause, message } = causeOfFailure(error, endpoint);
      const advice =
        cause === 'certificate'
          ? `the certificate of the control plane at ${endpoint} is not trusted: put its authority into the Secret with the API key, under ca.crt`
          : message;
      throw this.error(cause === 'certificate' ? REASON_OF_CAUSE.certificate : REASON_OF_CAUSE.unreachable, advice);
    } finally {
      await connections.close();
    }
    const { statusCode, text } = answer;
    if (statusCode >= 500 || statusCode === 429) {
      throw this.error(REASON.controlPlaneUnreachable, `the control plane at ${endpoint} answers ${statusCode}`);
    }
    try {
      return JSON.parse(text) as { data?: unknown; errors?: ApiError[] };
    } catch {
      throw this.strange(`answers ${statusCode}, but not as a control plane does`);
    }
  }

  private refusal({ message, extensions }: ApiError): RegistrationError {
    const { endpoint } = this.credentials;
    const code = extensions?.code ?? '';
    if (['unavailable', 'too-many-requests', 'internal', 'timeout'].includes(code)) {
      return this.error(REASON.controlPlaneUnreachable, `the control plane at ${endpoint} fails: ${message}`);
    }
    if (code === 'forbidden' || message.includes('unauthorized')) return this.rejected(message);
    return this.error(REASON.registrationRefused, `the control plane at ${endpoint} refuses: ${message}`, true);
  }

  private strange(what: string): RegistrationError {
    const { endpoint } = this.credentials;
    return this.error(
      REASON.protocolError,
      `${endpoint} ${what}: is the endpoint in the Secret with the API key right?`,
    );
  }

  /** What others say may repeat what they were sent. */
  private error(reason: string, message: string, isVerdict = false): RegistrationError {
    const { keySecret } = this.credentials;
    return new RegistrationError(reason, keySecret === '' ? message : message.replaceAll(keySecret, '***'), isVerdict);
  }
}
