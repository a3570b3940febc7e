import { describe, expect, it } from '@jest/globals';
import { ApiObject, Duration, JsonPatch } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import { DriftDetection, WorkerPool, type IWorkerPoolExtension, type WorkerPoolProps } from '../../../src';
import { only, synthesized } from '../support';
import { podOf, specOf } from './support';

describe('WorkerPool', () => {
  it('says nothing about what is left to the operator', () => {
    expect(specOf()).toEqual({});
  });

  it('refers to token and private key by Secret and key', () => {
    const spec = specOf((chart) => {
      const secret = Secret.fromSecretName(chart, 'credentials', 'pool');
      return { token: { secret, key: 'token' }, privateKey: { secret, key: 'key.b64' } };
    });
    expect(spec).toEqual({
      token: { secretKeyRef: { name: 'pool', key: 'token' } },
      privateKey: { secretKeyRef: { name: 'pool', key: 'key.b64' } },
    });
  });

  it('registers itself with the API key of a Secret, whose keys have defaults', () => {
    const spec = specOf((chart) => ({ apiCredentials: { secret: Secret.fromSecretName(chart, 'key', 'api-key') } }));
    expect(spec).toEqual({ spaceliftAPICredentials: { secretName: 'api-key' } });
  });

  it.each<[string, WorkerPoolProps, object]>([
    [
      '0 where 0 is meant',
      { poolSize: 0, failedPodsHistory: { limit: 0 } },
      { poolSize: 0, failedPodsHistoryLimit: 0 },
    ],
    [
      'an age as the API reads it',
      { failedPodsHistory: { ttl: Duration.hours(2) } },
      { failedPodsHistoryTTL: '7200s' },
    ],
    [
      'no drift detection',
      { driftDetection: DriftDetection.disabled() },
      { driftDetectionRunLimits: { disabled: true } },
    ],
    [
      'a limit of drift detection',
      { driftDetection: DriftDetection.limitedTo(0) },
      { driftDetectionRunLimits: { maxRuns: 0 } },
    ],
    ['the largest size', { poolSize: 10_000 }, { poolSize: 10_000 }],
    ['a list of no hosts', { allowedRunnerImageHosts: [] }, { allowedRunnerImageHosts: [] }],
  ])('writes %s', (_, props, spec) => {
    expect(specOf(props)).toEqual(spec);
  });

  it('takes its name from the metadata, and its namespace from the chart', () => {
    const props = { metadata: { name: 'blue', labels: { team: 'a' } } };
    const objects = synthesized((chart) => new WorkerPool(chart, 'pool', props));
    expect(only(objects, 'WorkerPool').metadata).toEqual({ name: 'blue', namespace: 'tools', labels: { team: 'a' } });
  });

  it('can be named in a role', () => {
    synthesized((chart) => {
      const { apiGroup, resourceType, resourceName } = new WorkerPool(chart, 'pool', { metadata: { name: 'blue' } });
      expect([apiGroup, resourceType, resourceName]).toEqual(['workers.spacelift.io', 'workerpools', 'blue']);
    });
  });

  it('lets a patch say what cdk8s-plus has no word for', () => {
    const profile = { type: 'RuntimeDefault' };
    const pod = podOf({ pod: { securityContext: { fsGroup: 5 } } }, (pool) =>
      ApiObject.of(pool).addJsonPatch(JsonPatch.add('/spec/pod/securityContext/seccompProfile', profile)),
    );
    expect(pod?.securityContext).toEqual({ fsGroup: 5, seccompProfile: profile });
  });

  it.each([
    ['that the API spells in its own way', 'pollCommsURL', 'https://control-plane.example.com'],
    ['that only a newer API knows', 'fieldOfTomorrow', true],
  ])('lets a patch set a field %s', (_which, field, value) => {
    const spec = specOf({}, (pool) => ApiObject.of(pool).addJsonPatch(JsonPatch.add(`/spec/${field}`, value)));
    expect(spec).toEqual({ [field]: value });
  });
});

describe('an extension', () => {
  const label = (value: string): IWorkerPoolExtension => ({ extend: (pool) => pool.addPodLabel('team', value) });

  it('changes a pool that is complete otherwise, in the order of the list', () => {
    const props = { pod: { labels: { team: 'none' } }, extensions: [label('a'), label('b')] };
    expect(podOf(props)?.labels).toEqual({ team: 'b' });
  });

  it('is called once, however often it is added', () => {
    let calls = 0;
    const counting: IWorkerPoolExtension = { extend: () => void calls++ };
    specOf({ extensions: [counting, counting] }, (pool) => pool.addExtension(counting));
    expect(calls).toBe(1);
  });
});
