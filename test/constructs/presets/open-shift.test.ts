import { describe, expect, it } from '@jest/globals';
import { ServiceAccount } from 'cdk8s-plus-28';
import { OpenShift } from '../../../src';
import { beside, extended } from './support';

describe('OpenShift', () => {
  it.each([
    ['nonroot-v2', OpenShift.nonRoot()],
    ['privileged', OpenShift.privileged()],
    ['runs-1983', OpenShift.constraints('runs-1983')],
  ])('lets the ServiceAccount of the pool use the constraints %s', (name, preset) => {
    const { pod, objects } = extended([preset]);
    const account = beside(objects, 'ServiceAccount').metadata.name;
    expect(pod.serviceAccountName).toBe(account);
    expect(beside(objects, 'RoleBinding')).toMatchObject({
      roleRef: { kind: 'ClusterRole', name: `system:openshift:scc:${name}` },
      subjects: [{ kind: 'ServiceAccount', name: account, namespace: 'tools' }],
    });
  });

  it('sets nothing of the Pod but its ServiceAccount', () => {
    expect(Object.keys(extended([OpenShift.nonRoot()]).pod)).toEqual(['serviceAccountName']);
  });

  it('binds a ServiceAccount that is made elsewhere in the namespace of the pool', () => {
    const { objects } = extended((chart) => {
      const account = ServiceAccount.fromServiceAccountName(chart, 'account', 'runs');
      return [{ extend: (pool) => pool.useServiceAccount(account) }, OpenShift.nonRoot()];
    });
    expect(objects.map(({ kind }) => kind)).toEqual(['RoleBinding']);
    expect(beside(objects, 'RoleBinding').subjects).toMatchObject([{ name: 'runs', namespace: 'tools' }]);
  });

  it('refuses a pool without namespace', () => {
    expect(() => extended([OpenShift.nonRoot()], undefined, '')).toThrow(
      'chart/pool/OpenShift: namespace is not set; name one in the metadata of the pool, or give the Chart one',
    );
  });
});
