import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { writeFileSync } from 'node:fs';
import { CommandLine, done, json, refused } from '../cli/support/command-line';
import { apiServer } from '../support/api-server';
import { createNamespace, eventually, kubeOk } from '../support/kube';

let cli: CommandLine;
let namespace: string;

beforeAll(async () => {
  [cli, namespace] = await Promise.all([CommandLine.open(), createNamespace()]);
  for (const name of ['controller', 'other']) {
    await kubeOk('POST', `/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name } });
  }
});

afterAll(() => cli?.close());

/** As a projected volume has it. */
async function tokenOf(account: string, audience = 'worker-pools'): Promise<string> {
  const request = { spec: { audiences: [audience], expirationSeconds: 600 } };
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
  const { status } = await kubeOk<{ status: { token: string } }>('POST', path, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    ...request,
  });
  return status.token;
}

/** A key for the ServiceAccount, and its id. */
async function keyOf(name: string, ...flags: readonly string[]): Promise<string> {
  const trust = {
    '--oidc-issuer': decodeJwt(await tokenOf('controller')).iss!,
    '--oidc-audience': 'worker-pools',
    '--oidc-subject': `system:serviceaccount:${namespace}:controller`,
  };
  const said = ['--role', 'reader', ...Object.entries(trust).flat(), ...flags];
  const { stdout, stderr, exitCode } = await cli.program.run('key', 'create', name, ...said, '-o', 'name');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return stdout.trim();
}

/** What the ServiceAccount reads with a token that lies in a file, as in its Pod. */
async function read(id: string, token: string) {
  const path = cli.at('token');
  writeFileSync(path, token);
  const key = ['--api-key-id', id, '--api-key-secret-file', path];
  const { controlPlane } = cli;
  const where = ['--url', controlPlane.url, '--ca', controlPlane.file('ca.crt')];
  return cli.bare.run('stack', 'list', '-o', 'name', ...where, ...key);
}

describe('a ServiceAccount logs in with its projected token', () => {
  test('by the keys of its cluster, given once', async () => {
    const jwks = await kubeOk<object>('GET', '/openid/v1/jwks');
    cli.write({ 'jwks.json': JSON.stringify(jwks) });
    const id = await keyOf('given', '--oidc-jwks-file', cli.at('jwks.json'));
    expect(await read(id, await tokenOf('controller'))).toEqual(done(''));
    expect(await read(id, await tokenOf('other'))).toEqual(refused('its subject does not match the expression', 3));
    expect(await read(id, await tokenOf('controller', 'another'))).toEqual(
      refused('its audience is not the client id', 3),
    );
    const keys = json(await cli.program.run('key', 'list', '-o', 'json'));
    expect(keys.find((key) => key.id === id)).toMatchObject({ type: 'OIDC', name: 'given' });
  });

  test('by the keys of its cluster, fetched where anybody may, from an authority of its own', async () => {
    const server = apiServer();
    cli.write({ 'cluster-ca.crt': server.ca });
    const url = `${server.url}/openid/v1/jwks`;
    const trusted = await keyOf('fetched', '--oidc-jwks-url', url, '--oidc-ca-file', cli.at('cluster-ca.crt'));
    // The API server shows its keys to nobody unknown until it is told to.
    expect(await read(trusted, await tokenOf('controller'))).toEqual(refused('cannot be had now', 6));
    await kubeOk('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
      metadata: { name: namespace },
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'ClusterRole',
        name: 'system:service-account-issuer-discovery',
      },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'system:unauthenticated' }],
    });
    await eventually(async () => expect(await read(trusted, await tokenOf('controller'))).toEqual(done('')));
    const untrusted = await keyOf('untrusted', '--oidc-jwks-url', url);
    expect(await read(untrusted, await tokenOf('controller'))).toEqual(refused('cannot be had now', 6));
  });
});
