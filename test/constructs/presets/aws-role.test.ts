import { describe, expect, it } from '@jest/globals';
import { Duration } from 'cdk8s';
import { ServiceAccount } from 'cdk8s-plus-28';
import { AwsRole, OpenShift, type IrsaOptions } from '../../../src';
import { beside, extended } from './support';

const roleArn = 'arn:aws:iam::123456789012:role/runs';

describe('AwsRole by IRSA', () => {
  it('annotates a ServiceAccount of the pool', () => {
    const { pod, objects } = extended([AwsRole.irsa({ roleArn })]);
    const { metadata } = beside(objects, 'ServiceAccount');
    expect(pod.serviceAccountName).toBe(metadata.name);
    expect(metadata.annotations).toEqual({ 'eks.amazonaws.com/role-arn': roleArn });
  });

  it('annotates the ServiceAccount that the pool has', () => {
    const { pod, objects } = pooled(AwsRole.irsa({ roleArn, tokenExpiration: Duration.hours(1) }));
    expect(pod.serviceAccountName).toBe('runs');
    expect(beside(objects, 'ServiceAccount').metadata.annotations).toEqual({
      'eks.amazonaws.com/role-arn': roleArn,
      'eks.amazonaws.com/token-expiration': '3600',
    });
  });

  it('shares one ServiceAccount with other presets', () => {
    const { objects } = extended([OpenShift.nonRoot(), AwsRole.irsa({ roleArn })]);
    expect(beside(objects, 'ServiceAccount').metadata.annotations).toEqual({ 'eks.amazonaws.com/role-arn': roleArn });
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
      expect(beside(objects, 'ServiceAccount').metadata.annotations).toEqual({ 'eks.amazonaws.com/role-arn': arn });
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
    const { name, annotations } = beside(objects, 'ServiceAccount').metadata;
    expect(annotations).toBeUndefined();
    expect(pod.serviceAccountName).toBe(name);
    expect(beside(objects, 'PodIdentityAssociation')).toMatchObject({
      apiVersion: 'eks.services.k8s.aws/v1alpha1',
      spec: { clusterName: 'blue', namespace: 'tools', serviceAccount: name, roleARN: roleArn },
    });
  });

  it('takes a ServiceAccount that is made elsewhere', () => {
    const { objects } = pooled(AwsRole.podIdentity({ roleArn, clusterName: 'blue' }), true);
    expect(beside(objects, 'PodIdentityAssociation').spec).toMatchObject({ serviceAccount: 'runs' });
  });

  it('refuses a pool without namespace, and a cluster without name', () => {
    const blue = AwsRole.podIdentity({ roleArn, clusterName: 'blue' });
    expect(() => extended([blue], undefined, '')).toThrow('chart/pool/AwsRole: namespace is not set; name one in');
    expect(() => extended([AwsRole.podIdentity({ roleArn, clusterName: '' })])).toThrow('clusterName is ""; name the');
  });
});

/** A pool with a ServiceAccount called runs, made beside it or elsewhere. */
function pooled(role: AwsRole, elsewhere = false) {
  return extended((chart) => {
    const account = elsewhere
      ? ServiceAccount.fromServiceAccountName(chart, 'account', 'runs')
      : new ServiceAccount(chart, 'account', { metadata: { name: 'runs' } });
    return [{ extend: (pool) => pool.useServiceAccount(account) }, role];
  });
}
