import type { Key } from '../admin/key-admin';
import type { OidcTrust } from '../identity/oidc-trust';
import { ROLES, roleValue, type Role as RoleName, type RoleValue } from '../identity/rights';
import { builder, seconds } from './builder';

const Role = builder.enumType('ApiKeyRole', {
  values: Object.fromEntries((Object.keys(ROLES) as RoleName[]).map((role) => [roleValue(role), { value: role }])) as {
    readonly [R in RoleName as RoleValue<R>]: { readonly value: R };
  },
});

const Type = builder.enumType('ApiKeyType', { values: ['SECRET', 'OIDC'] as const });

const Oidc = builder.objectRef<OidcTrust>('ApiKeyOIDC').implement({
  description: 'Whose tokens stand for the secret of an API key.',
  fields: (t) => ({
    issuer: t.exposeString('issuer'),
    clientId: t.exposeString('clientId'),
    subjectExpression: t.exposeString('subjectExpression'),
    jwks: t.exposeString('jwks', { nullable: true }),
    jwksUrl: t.exposeString('jwksUrl', { nullable: true }),
    ca: t.exposeString('ca', { nullable: true }),
  }),
});

const ApiKey = builder.objectRef<Key>('ApiKey').implement({
  fields: (t) => ({
    id: t.exposeID('id'),
    name: t.exposeString('name'),
    role: t.expose('role', { type: Role }),
    admin: t.boolean({ resolve: ({ role }) => role === 'admin' }),
    type: t.field({ type: Type, resolve: ({ oidc }) => (oidc === null ? 'SECRET' : 'OIDC') }),
    oidc: t.expose('oidc', { type: Oidc, nullable: true, description: 'Null: it has a secret.' }),
    secret: t.exposeString('secret', {
      nullable: true,
      description: 'Told once, by apiKeyCreate; null ever after, and of a key of type OIDC.',
    }),
    createdAt: t.int({
      nullable: true,
      description: 'Null for the start key.',
      resolve: ({ createdAt }) => (createdAt === null ? null : seconds(createdAt)),
    }),
    lastUsedAt: t.int({
      nullable: true,
      description: 'To the hour; null: never, or it is the start key.',
      resolve: ({ lastUsedAt }) => (lastUsedAt === null ? null : seconds(lastUsedAt)),
    }),
  }),
});

const OidcInput = builder.inputType('ApiKeyInputOIDC', {
  fields: (t) => ({
    issuer: t.string({ required: true, description: '`iss` of the tokens.' }),
    clientId: t.string({ required: true, description: '`aud` of the tokens.' }),
    subjectExpression: t.string({ required: true, description: 'What the whole of `sub` must match (RE2).' }),
    jwks: t.string({ description: 'The keys of the issuer (JWKS as JSON), so that nothing is fetched.' }),
    jwksUrl: t.string({ description: 'Where its keys are, in place of its discovery document.' }),
    ca: t.string({ description: 'PEM of authorities that are trusted for its addresses, beside the usual ones.' }),
  }),
});

const ApiKeyInput = builder.inputType('ApiKeyInput', {
  fields: (t) => ({
    name: t.string({ required: true }),
    role: t.field({ type: Role, required: true }),
    oidc: t.field({
      type: OidcInput,
      description: 'Makes a key of type OIDC, which has no secret. A change without it leaves that as it is.',
    }),
  }),
});

builder.queryFields((t) => ({
  apiKeys: t.field({
    type: [ApiKey],
    access: 'key:read',
    description: 'The start key, then the others by name.',
    resolve: (_root, _args, { admin }) => admin.keys.list(),
  }),
  apiKey: t.field({
    type: ApiKey,
    nullable: true,
    access: 'key:read',
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, { admin }) => admin.keys.find(id),
  }),
}));

builder.mutationFields((t) => ({
  apiKeyCreate: t.field({
    type: ApiKey,
    access: 'key:write',
    action: 'api-key.create',
    description: 'The answer is the only one with its secret.',
    args: { input: t.arg({ type: ApiKeyInput, required: true }) },
    resolve: (_root, { input }, { admin }) => admin.keys.create(input),
  }),
  apiKeyUpdate: t.field({
    type: ApiKey,
    access: 'key:write',
    action: 'api-key.update',
    description: 'Sessions of a key that gets another role, or trusts other tokens, end at once.',
    args: { id: t.arg.id({ required: true }), input: t.arg({ type: ApiKeyInput, required: true }) },
    resolve: (_root, { id, input }, { admin }) => admin.keys.update(id, input),
  }),
  apiKeyDelete: t.field({
    type: ApiKey,
    nullable: true,
    access: 'key:write',
    action: 'api-key.delete',
    description: 'Its sessions end at once.',
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, { admin }) => admin.keys.delete(id),
  }),
}));
