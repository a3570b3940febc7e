import { describe, expect, it } from '@jest/globals';
import { App, Chart, Duration } from 'cdk8s';
import { ServiceAccount } from 'cdk8s-plus-28';
import { AwsRole, OpenShiftConstraints, WorkerPool, type IrsaOptions } from '../../../src';
import { only } from '../support';
import { extended } from './support';

const roleArn = 'arn:aws:iam::123456789012:role/runs';

describe('AwsRole by IRSA', () => {
  it('annotates a ServiceAccount of the pool', () => {
    const { pod, objects } = extended([AwsRole.irsa({ roleArn })]);
    const { metadata } = only(objects, 'ServiceAccount');
    expect(pod.serviceAccountName).toBe(metadata.name);
    expect(metadata.annotations).toEqual({ 'eks.amazonaws.com/role-arn': roleArn });
  });

  it('annotates the ServiceAccount that the pool has', () => {
    const { pod, objects } = pooled(AwsRole.irsa({ roleArn, tokenExpiration: Duration.hours(1) }));
    expect(pod.serviceAccountName).toBe('runs');
    expect(only(objects, 'ServiceAccount').metadata.annotations).toEqual({
      'eks.amazonaws.com/role-arn': roleArn,
      'eks.amazonaws.com/token-expiration': '3600',
    });
  });

  it('shares one ServiceAccount with other presets', () => {
    const { objects } = extended([OpenShiftConstraints.nonRoot(), AwsRole.irsa({ roleArn })]);
    expect(only(objects, 'ServiceAccount').metadata.annotations).toEqual({ 'eks.amazonaws.com/role-arn': roleArn });
  });

  it.each<[string, IrsaOptions, string]>([
    [
      'a user',
      { roleArn: 'arn:aws:iam::123456789012:user/x' },
      'roleArn is "arn:aws:iam::123456789012:user/x"; it must be',
    ],
    ['a name', { roleArn: 'runs' }, 'chart/pool/AwsRole: roleArn is "runs"; it must be the ARN of a role'],
    [
      'a short token',
      { roleArn, tokenExpiration: Duration.minutes(9) },
      'tokenExpiration is "540s"; it must be from 10',
    ],
    [
      'a long token',
      { roleArn, tokenExpiration: Duration.hours(25) },
      'tokenExpiration is "90000s"; it must be from 10',
    ],
  ])('refuses %s', (_, options, sentence) => {
    expect(() => extended([AwsRole.irsa(options)])).toThrow(sentence);
  });

  it.each(['arn:aws-us-gov:iam::123456789012:role/a/b', 'arn:aws-cn:iam::123456789012:role/runs'])(
    'takes %s',
    (arn) => {
      const { objects } = extended([AwsRole.irsa({ roleArn: arn })]);
      expect(only(objects, 'ServiceAccount').metadata.annotations).toEqual({ 'eks.amazonaws.com/role-arn': arn });
    },
  );

  it('refuses a ServiceAccount that is made elsewhere, where the annotation would get lost', () => {
    expect(() => pooled(AwsRole.irsa({ roleArn }), true)).toThrow(
      'chart/pool/AwsRole: pod.serviceAccount is "runs"; it is made elsewhere: annotate it there',
    );
  });
});

describe('AwsRole by Pod Identity', () => {
  it('associates the ServiceAccount of the pool with the role', () => {
    const { pod, objects } = extended([AwsRole.podIdentity({ roleArn, clusterName: 'blue' })]);
    const { name, annotations } = only(objects, 'ServiceAccount').metadata;
    expect(annotations).toBeUndefined();
    expect(pod.serviceAccountName).toBe(name);
    expect(only(objects, 'PodIdentityAssociation')).toMatchObject({
      apiVersion: 'eks.services.k8s.aws/v1alpha1',
      spec: { clusterName: 'blue', namespace: 'tools', serviceAccount: name, roleARN: roleArn },
    });
  });

  it('takes a ServiceAccount that is made elsewhere', () => {
    const { objects } = pooled(AwsRole.podIdentity({ roleArn, clusterName: 'blue' }), true);
    expect(only(objects, 'PodIdentityAssociation').spec).toMatchObject({ serviceAccount: 'runs' });
  });

  it('refuses a pool without namespace, and a cluster without name', () => {
    const blue = AwsRole.podIdentity({ roleArn, clusterName: 'blue' });
    expect(() => extended([blue], undefined, '')).toThrow('chart/pool/AwsRole: namespace is not set; name one in');
    expect(() => extended([AwsRole.podIdentity({ roleArn, clusterName: '' })])).toThrow('clusterName is ""; name the');
  });
});

describe('a ServiceAccount that pools share', () => {
  const other = 'arn:aws:iam::123456789012:role/other';
  const identity = (arn: string, clusterName = 'blue') => AwsRole.podIdentity({ roleArn: arn, clusterName });

  it.each<[string, readonly [AwsRole, AwsRole]]>([
    ['two roles by annotation', [AwsRole.irsa({ roleArn }), AwsRole.irsa({ roleArn: other })]],
    ['two roles by association', [identity(roleArn), identity(other)]],
    ['an annotation and an association', [AwsRole.irsa({ roleArn }), identity(roleArn)]],
    [
      'two lives of the token',
      [AwsRole.irsa({ roleArn }), AwsRole.irsa({ roleArn, tokenExpiration: Duration.hours(1) })],
    ],
  ])('does not get %s', (_, roles) => {
    expect(() => sharing(roles)).toThrow(
      new RegExp(
        `^chart/pool-1/AwsRole: roleArn is .* "runs" has ${roleArn} already, from chart/pool-0, and takes one`,
      ),
    );
  });

  it.each<[string, string, readonly [AwsRole, AwsRole]]>([
    ['the same role twice', 'ServiceAccount', [AwsRole.irsa({ roleArn }), AwsRole.irsa({ roleArn })]],
    ['the same association twice, written once', 'PodIdentityAssociation', [identity(roleArn), identity(roleArn)]],
  ])('gets %s', (_, kind, roles) => {
    expect(sharing(roles).filter((object) => object.kind === kind)).toHaveLength(1);
  });

  it('gets an association for each of several clusters', () => {
    const objects = sharing([identity(roleArn), identity(other, 'green')]);
    expect(objects.filter(({ kind }) => kind === 'PodIdentityAssociation')).toHaveLength(2);
  });

  it('keeps a role that somebody else annotated it with', () => {
    const annotations = { 'eks.amazonaws.com/role-arn': other };
    expect(() => sharing([AwsRole.irsa({ roleArn })], annotations)).toThrow(
      `chart/pool-0/AwsRole: roleArn is "${roleArn}"; the ServiceAccount at chart/account is annotated with ${other} already`,
    );
  });
});

/** Pools with one role each, all of them with the ServiceAccount called runs. */
function sharing(roles: readonly AwsRole[], annotations?: Record<string, string>): { readonly kind: string }[] {
  const chart = new Chart(new App(), 'chart', { namespace: 'tools' });
  const serviceAccount = new ServiceAccount(chart, 'account', { metadata: { name: 'runs', annotations } });
  for (const [index, role] of roles.entries()) {
    new WorkerPool(chart, `pool-${index}`, { pod: { serviceAccount }, extensions: [role] });
  }
  return chart.toJson() as { kind: string }[];
}

/** A pool with a ServiceAccount called runs, made beside it or elsewhere. */
function pooled(role: AwsRole, elsewhere = false) {
  return extended((chart) => {
    const account = elsewhere
      ? ServiceAccount.fromServiceAccountName(chart, 'account', 'runs')
      : new ServiceAccount(chart, 'account', { metadata: { name: 'runs' } });
    return [{ extend: (pool) => pool.useServiceAccount(account) }, role];
  });
}
