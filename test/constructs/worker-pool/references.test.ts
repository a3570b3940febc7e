import { describe, expect, it } from '@jest/globals';
import { App, Chart } from 'cdk8s';
import { PersistentVolumeClaim, Secret, ServiceAccount } from 'cdk8s-plus-28';
import { BinariesCache, WorkerPool, WorkspaceVolume, type WorkerPoolProps } from '../../../src';

/** Synthesizes a pool of one namespace, and what it refers to in another. */
function synthesize(props: (others: Chart) => WorkerPoolProps, namespaces: readonly [string?, string?]): void {
  const app = new App();
  const [own, other] = namespaces.map((namespace, index) => new Chart(app, `chart-${index}`, { namespace }));
  new WorkerPool(own as Chart, 'pool', props(other as Chart));
  (own as Chart).toJson();
}

const metadata = { name: 'thing' };
const secret = (chart: Chart): Secret => new Secret(chart, 'secret', { metadata });
const claim = (chart: Chart): PersistentVolumeClaim => new PersistentVolumeClaim(chart, 'claim', { metadata });
const withToken = (chart: Chart): WorkerPoolProps => {
  const value = { secret: secret(chart), key: 'a' };
  return { token: value, privateKey: value };
};

describe('a WorkerPool', () => {
  it.each<[string, string, (others: Chart) => WorkerPoolProps]>([
    ['token', 'Secret', withToken],
    ['privateKey', 'Secret', withToken],
    ['apiCredentials', 'Secret', (others) => ({ apiCredentials: { secret: secret(others) } })],
    ['pod.imagePullSecrets', 'Secret', (others) => ({ pod: { imagePullSecrets: [secret(others)] } })],
    [
      'pod.serviceAccount',
      'ServiceAccount',
      (others) => ({ pod: { serviceAccount: new ServiceAccount(others, 'account', { metadata }) } }),
    ],
    [
      'pod.workspace',
      'PersistentVolumeClaim',
      (others) => ({ pod: { workspace: WorkspaceVolume.persistentVolumeClaim(claim(others)) } }),
    ],
    [
      'pod.binariesCache',
      'PersistentVolumeClaim',
      (others) => ({ pod: { binariesCache: BinariesCache.persistentVolumeClaim(claim(others)) } }),
    ],
  ])('does not reach into another namespace: %s', (prop, kind, props) => {
    expect(() => synthesize(props, ['one', 'two'])).toThrow(
      `[chart-0/pool] ${prop} is the ${kind} "thing" of the namespace "two", but the pool is in "one"; they must share`,
    );
  });

  it.each<[string, [string?, string?]]>([
    ['in its own namespace', ['one', 'one']],
    ['from a chart without a namespace', ['one', undefined]],
    ['in a namespace, while its own is chosen later', [undefined, 'two']],
  ])('refers to objects %s', (_, namespaces) => {
    expect(() => synthesize(withToken, namespaces)).not.toThrow();
  });

  it('refers to objects that are only named', () => {
    const named = (others: Chart): WorkerPoolProps => ({
      apiCredentials: { secret: Secret.fromSecretName(others, 'named', 'named') },
    });
    expect(() => synthesize(named, ['one', 'two'])).not.toThrow();
  });
});
