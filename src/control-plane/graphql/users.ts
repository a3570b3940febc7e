import { wayOf } from '../admission/log-ins';
import { RequestError } from '../errors';
import type { Caller } from '../identity/rights';
import { builder } from './builder';

const User = builder
  .objectRef<{ readonly id: string; readonly jwt: string; readonly validUntil: number }>('User')
  .implement({
    fields: (t) => ({
      id: t.exposeID('id', { description: 'Of the API key.' }),
      jwt: t.exposeString('jwt', { nullable: true }),
      validUntil: t.exposeInt('validUntil', { nullable: true }),
    }),
  });

const Viewer = builder.objectRef<Caller>('Viewer').implement({
  fields: (t) => ({ id: t.exposeID('id'), name: t.exposeString('name'), role: t.exposeString('role') }),
});

const DebugInfo = builder.objectRef<{ readonly selfHostedVersion: string }>('DebugInfo').implement({
  fields: (t) => ({ selfHostedVersion: t.exposeString('selfHostedVersion') }),
});

builder.queryFields((t) => ({
  viewer: t.field({
    type: Viewer,
    nullable: true,
    access: 'everybody',
    resolve: (_root, _args, { user }) => user ?? null,
  }),
  debugInfo: t.field({
    type: DebugInfo,
    access: 'account:read',
    // Empty as on the hosted service: clients then assume that every operation they know exists.
    resolve: () => ({ selfHostedVersion: '' }),
  }),
  name: t.string({
    access: 'account:read',
    description: 'Of the account: the host of the control plane.',
    resolve: (_root, _args, { apiKeys }) => new URL(apiKeys.publicUrl).host,
  }),
  tier: t.string({
    access: 'account:read',
    description: 'Of the account: always SELF_HOSTED.',
    resolve: () => 'SELF_HOSTED',
  }),
  spaceliftAwsAccountId: t.string({ access: 'account:read', description: 'Empty: it has none.', resolve: () => '' }),
}));

builder.mutationField('apiKeyUser', (t) =>
  t.field({
    type: User,
    nullable: true,
    access: 'everybody',
    action: 'session.create',
    args: { id: t.arg.id({ required: true }), secret: t.arg.string({ required: true }) },
    resolve: async (_root, { id, secret }, { apiKeys, logIn }) => {
      const made = await logIn({ kind: 'API key', id, way: wayOf(secret) }, () => apiKeys.exchange(id, secret));
      if (!made) throw new RequestError('unauthorized', 'unauthorized: no API key has this id and secret');
      const { jwt, validUntil } = made;
      return { id, jwt, validUntil };
    },
  }),
);
