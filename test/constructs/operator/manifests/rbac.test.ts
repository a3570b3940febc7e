import { describe, expect } from '@jest/globals';
import { generatedChart, NO_CRDS, type Json } from '../../../charting/support/helm';
import { eachRenders } from '../../../charting/support/together';
import type { Manifest } from '../../support';

const chart = generatedChart();

/** Rights and those who have them, by namespace; what the rights are is compared with the official chart's, and with use. */
const rbacOf = (objects: readonly Json[]) =>
  (objects as unknown as Manifest[])
    .filter(({ apiVersion }) => apiVersion.startsWith('rbac.authorization.k8s.io/'))
    .map(({ metadata }) => `${metadata.namespace ?? '*'} ${/(manager|leader)-.*/.exec(metadata.name)?.[0]}`);

const values = (rbac: object, more: object = {}) => ({
  ...NO_CRDS,
  controllerManager: { rbac: { aggregateClusterRoles: false, ...rbac }, ...more },
});

describe('the rights of the controller', () => {
  const leader = ['tools leader-election-role', 'tools leader-election-rolebinding'];
  const rows: [string, Json, string[]][] = [
    ['are those of the whole cluster', values({}), ['* manager-role', '* manager-rolebinding', ...leader]],
    [
      'are those of the namespaces that it looks at, and to read the API credentials beside it',
      values({}, { namespaces: ['a'] }),
      [
        'a manager-role',
        'a manager-rolebinding',
        'tools manager-release-secrets-role',
        'tools manager-release-secrets-rolebinding',
        ...leader,
      ],
    ],
    [
      'reach the Secrets beside an official controller whose pools are elsewhere',
      values({ rules: 'official' }, { namespaces: ['a'] }),
      [
        'a manager-role',
        'a manager-rolebinding',
        'tools manager-release-secrets-role',
        'tools manager-release-secrets-rolebinding',
        ...leader,
      ],
    ],
    ['are left to others where somebody says so', values({ create: false }, { namespaces: ['a'] }), []],
  ];
  eachRenders(
    chart,
    rows.map(([name, given, expected]) => [
      name,
      given,
      (objects) => expect(rbacOf(objects).sort()).toEqual([...expected].sort()),
    ]),
  );
});
