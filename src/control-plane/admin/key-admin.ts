import { audited, auditedTransaction, differences, fieldsOf, unchanged } from '../audit/audited';
import { malformed, RequestError } from '../errors';
import { checkSecret, hashOf, newSecret, type ApiKeys } from '../identity/api-keys';
import { checkOidcTrust, type NewOidcTrust, type OidcTrust } from '../identity/oidc-trust';
import { isRole, ROLES, type Role } from '../identity/rights';
import { keyTopic } from '../identity/stream-rights';
import { LIMIT } from '../limits';
import { checkKeyName, checkNewId } from '../names';
import type { PersonContext } from '../queue/context';
import type { Transaction } from '../store';
import type { ApiKeyRecord } from '../store/records';
import { keyVersion, refuseOutdated } from './versions';
import { refuseTwice, taken } from './names-once';

export interface NewKey {
  readonly name: string;
  readonly role: string;
  /** Whose tokens stand for its secret. @default - it has a secret; of one that is changed: as before */
  readonly oidc?: NewOidcTrust | null | undefined;
}

export interface KeyChange extends NewKey {
  /** `keyVersion` of what was seen: refused where it is another by now. @default - whatever it is */
  readonly seen?: string;
}

/** What a key is to have that may be asked for twice, as by a form that is sent again: the same again gives that key. */
export interface ProposedKey {
  readonly id: string;
  /** Of one that has a secret. */
  readonly secret: string;
}

export interface Key extends Omit<ApiKeyRecord, 'secretHash' | 'createdAt' | 'role' | 'oidc'> {
  readonly role: Role;
  /** Null for the start key, which the operator made. */
  readonly createdAt: number | null;
  /** Whose tokens stand for its secret; null: it has one. */
  readonly oidc: OidcTrust | null;
  /** Only of one that was made just now and has one. */
  readonly secret: string | null;
}

/** What admins may do with API keys. */
export class KeyAdmin {
  constructor(
    private readonly context: PersonContext,
    private readonly apiKeys: ApiKeys,
  ) {}

  /** The start key, then the others by name. */
  async list(): Promise<Key[]> {
    return [this.startKey(), ...(await this.context.store.read.apiKeys.list()).flatMap(keyOf)];
  }

  async find(id: string): Promise<Key | null> {
    if (id === this.apiKeys.key.id) return this.startKey();
    const found = await this.context.store.read.apiKeys.find(id);
    return (found && keyOf(found)[0]) ?? null;
  }

  /** Nothing yet: `create` makes a key of it. */
  propose(): ProposedKey {
    return { id: this.context.newId(), secret: newSecret() };
  }

  /** The one answer that has its secret. */
  async create(input: NewKey, proposed: ProposedKey = this.propose()): Promise<Key> {
    const { name, role } = this.usable(input);
    const oidc = input.oidc ? checkOidcTrust(input.oidc) : null;
    const secret = oidc === null ? checkSecret(proposed.secret) : null;
    const key = {
      id: checkNewId(proposed.id),
      name,
      role,
      secretHash: secret === null ? '' : hashOf(secret),
      oidc: oidc && JSON.stringify(oidc),
      createdAt: this.context.now(),
      lastUsedAt: null,
    };
    await refuseTwice('an API key', name, async () => {
      try {
        await this.insert(key);
      } catch (error) {
        if (!(await this.wasMade(key))) throw error;
      }
    });
    return { id: key.id, name, role, createdAt: key.createdAt, lastUsedAt: null, oidc, secret };
  }

  /** Whether the same request has made it already. */
  private async wasMade({ id, name, role, secretHash, oidc }: ApiKeyRecord): Promise<boolean> {
    const before = await this.context.store.read.apiKeys.find(id);
    const [made, wanted] = [before, { name, role, secretHash, oidc }].map(
      (one) => one && JSON.stringify([one.name, one.role, one.secretHash, one.oidc]),
    );
    return made === wanted;
  }

  private insert(key: ApiKeyRecord): Promise<void> {
    return auditedTransaction(this.context, 'api-key.create', async ({ apiKeys }) => {
      if ((await apiKeys.count()) >= LIMIT.apiKeys) {
        throw new RequestError(
          'malformed',
          `there are ${LIMIT.apiKeys} API keys, and no more can be: delete some first`,
        );
      }
      await apiKeys.insert(key);
      return audited(undefined, { object: key, changes: fieldsOf(auditable({ ...key, oidc: trustOf(key) })) });
    });
  }

  /** Sessions of a key that gets another role, or trusts other tokens, end at once. */
  async update(id: string, input: KeyChange): Promise<Key> {
    this.refuseStartKey(id, 'changed');
    const change = this.usable(input);
    const trust = input.oidc ? checkOidcTrust(input.oidc) : undefined;
    return refuseTwice('an API key', change.name, () =>
      auditedTransaction(this.context, 'api-key.update', async (tx) => {
        const before = await locked(tx, id);
        refuseOutdated(keyVersion(before), input.seen, `API key ${before.name}`);
        if (trust && before.oidc === null) {
          throw new RequestError('malformed', `API key ${before.name} has a secret: make another key for tokens`);
        }
        const { createdAt, lastUsedAt } = before;
        const key = { id, ...change, createdAt, lastUsedAt, oidc: trust ?? trustOf(before), secret: null };
        const is = auditable(key);
        const changes = differences(auditable({ ...before, oidc: trustOf(before) }), is, Object.keys(is));
        if (Object.keys(changes).length === 0) return unchanged(key);
        await tx.apiKeys.update(id, { ...change, ...(trust && { oidc: JSON.stringify(trust) }) });
        await tx.notify([keyTopic(id)]);
        return audited(key, { object: key, changes });
      }),
    );
  }

  /** Its sessions end at once. */
  async delete(id: string): Promise<Key> {
    this.refuseStartKey(id, 'deleted');
    const deleted = await auditedTransaction(this.context, 'api-key.delete', async (tx) => {
      const key = await locked(tx, id);
      await tx.apiKeys.delete(id);
      await tx.webSessions.deleteOfKey(id);
      await tx.notify([keyTopic(id)]);
      return audited(key, { object: key });
    });
    return { ...deleted, role: deleted.role as Role, oidc: trustOf(deleted), secret: null };
  }

  private usable({ name, role }: NewKey): { name: string; role: Role } {
    if (!isRole(role)) {
      throw malformed(
        'role',
        `there is no role ${JSON.stringify(role.slice(0, 100))}: take one of ${Object.keys(ROLES).join(', ')}`,
      );
    }
    const checked = checkKeyName(name.trim());
    if (checked === this.apiKeys.key.id) throw taken('an API key', checked);
    return { name: checked, role };
  }

  private startKey(): Key {
    const { id } = this.apiKeys.key;
    return { id, name: id, role: 'admin', createdAt: null, lastUsedAt: null, oidc: null, secret: null };
  }

  /** Without it there might be nobody left who could make a key. */
  private refuseStartKey(id: string, what: string): void {
    if (id !== this.apiKeys.key.id) return;
    throw new RequestError(
      'malformed',
      `${id} is the start key, the admin key that is always left, and cannot be ${what} here: replace it in the Secret or file that gives it, then restart the control plane`,
    );
  }
}

interface Auditable {
  readonly name: string;
  readonly role: string;
  readonly oidc: OidcTrust | null;
}

/** What the audit trail tells of a key: of the keys of an issuer only that they are others. */
function auditable({ name, role, oidc }: Auditable): Readonly<Record<string, string | null>> {
  if (!oidc) return { name, role };
  const { issuer, clientId, subjectExpression, jwksUrl, jwks, ca } = oidc;
  const keysSha256 = hashOf(`${jwks ?? ''}\n${ca ?? ''}`);
  return { name, role, issuer, clientId, subjectExpression, jwksUrl, keysSha256 };
}

/** None for a key whose role is of a later version: nobody can use it here. */
function keyOf({ secretHash: _, role, ...key }: ApiKeyRecord): Key[] {
  return isRole(role) ? [{ ...key, role, oidc: trustOf(key), secret: null }] : [];
}

function trustOf({ oidc }: Pick<ApiKeyRecord, 'oidc'>): OidcTrust | null {
  return oidc === null ? null : (JSON.parse(oidc) as OidcTrust);
}

async function locked({ apiKeys }: Transaction, id: string): Promise<ApiKeyRecord> {
  const key = await apiKeys.lock(id);
  if (!key) throw new RequestError('not-found', `API key ${id} not found`);
  return key;
}
