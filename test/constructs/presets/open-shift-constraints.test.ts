import { describe, expect, it } from '@jest/globals';
import { ServiceAccount } from 'cdk8s-plus-28';
import { OpenShiftConstraints } from '../../../src';
import { only } from '../support';
import { extended } from './support';

describe('OpenShiftConstraints', () => {
  it.each([
    ['nonroot-v2', OpenShiftConstraints.nonRoot()],
    ['privileged', OpenShiftConstraints.privileged()],
    ['runs-1983', OpenShiftConstraints.named('runs-1983')],
  ])('lets the ServiceAccount of the pool use the constraints %s', (name, preset) => {
    const { pod, objects } = extended([preset]);
    const account = only(objects, 'ServiceAccount').metadata.name;
    expect(pod.serviceAccountName).toBe(account);
    expect(only(objects, 'RoleBinding')).toMatchObject({
      roleRef: { kind: 'ClusterRole', name: `system:openshift:scc:${name}` },
      subjects: [{ kind: 'ServiceAccount', name: account, namespace: 'tools' }],
    });
  });

  it('sets nothing of the Pod but its ServiceAccount', () => {
    expect(Object.keys(extended([OpenShiftConstraints.nonRoot()]).pod)).toEqual(['serviceAccountName']);
  });

  it('binds a ServiceAccount that is made elsewhere in the namespace of the pool', () => {
    const { objects } = extended((chart) => {
      const account = ServiceAccount.fromServiceAccountName(chart, 'account', 'runs');
      return [{ extend: (pool) => pool.useServiceAccount(account) }, OpenShiftConstraints.nonRoot()];
    });
    expect(objects.map(({ kind }) => kind)).toEqual(['RoleBinding']);
    expect(only(objects, 'RoleBinding').subjects).toMatchObject([{ name: 'runs', namespace: 'tools' }]);
  });

  it('refuses a pool without namespace', () => {
    expect(() => extended([OpenShiftConstraints.nonRoot()], undefined, '')).toThrow(
      'chart/pool/OpenShiftConstraints: namespace is not set; name one in the metadata of the pool, or give the Chart one',
    );
  });
});
