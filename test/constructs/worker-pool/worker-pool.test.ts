import { describe, expect, it } from '@jest/globals';
import { Duration } from 'cdk8s';
import { EnvValue, Secret } from 'cdk8s-plus-28';
import { CommsProtocol, WorkerPool, type WorkerPoolProps } from '../../../src';
import { only, synthesized } from '../support';

const pool = (props?: WorkerPoolProps) =>
  only(
    synthesized((chart) => new WorkerPool(chart, 'pool', props)),
    'WorkerPool',
  );

describe('WorkerPool', () => {
  it('says nothing about what is left to the operator', () => {
    expect(pool().spec).toEqual({});
  });

  it('refers to token and private key by Secret and key', () => {
    const [object] = synthesized((chart) => {
      const secret = Secret.fromSecretName(chart, 'credentials', 'pool');
      return new WorkerPool(chart, 'pool', { token: { secret, key: 'token' }, privateKey: { secret, key: 'key.b64' } });
    });
    expect(object?.spec).toEqual({
      token: { secretKeyRef: { name: 'pool', key: 'token' } },
      privateKey: { secretKeyRef: { name: 'pool', key: 'key.b64' } },
    });
  });

  it('writes 0 where 0 is meant', () => {
    expect(pool({ poolSize: 0, failedPodsHistory: { limit: 0 } }).spec).toEqual({
      poolSize: 0,
      failedPodsHistoryLimit: 0,
    });
  });

  it('writes durations as the API reads them', () => {
    const history = { ttl: Duration.hours(2) };
    expect(pool({ successfulPodsHistory: history, failedPodsHistory: history }).spec).toEqual({
      successfulPodsHistoryTTL: '7200s',
      failedPodsHistoryTTL: '7200s',
    });
  });

  it('writes of the run Pod only what is set', () => {
    const part = {
      activeDeadline: Duration.hours(1),
      workerContainer: { envVariables: { A: EnvValue.fromValue('') } },
    };
    expect(pool({ pod: part }).spec.pod).toEqual({
      activeDeadlineSeconds: 3600,
      workerContainer: { env: [{ name: 'A', value: '' }] },
    });
  });

  it('takes its name from the metadata, and its namespace from the chart', () => {
    expect(pool({ metadata: { name: 'blue', labels: { team: 'a' } } }).metadata).toEqual({
      name: 'blue',
      namespace: 'tools',
      labels: { team: 'a' },
    });
  });

  it('can be named in a role', () => {
    synthesized((chart) => {
      const { apiGroup, resourceType, resourceName } = new WorkerPool(chart, 'pool', { metadata: { name: 'blue' } });
      expect([apiGroup, resourceType, resourceName]).toEqual(['workers.spacelift.io', 'workerpools', 'blue']);
    });
  });

  const secret = { name: 'pool' } as NonNullable<WorkerPoolProps['token']>['secret'];
  it.each<[string, WorkerPoolProps, string]>([
    ['a negative size', { poolSize: -1 }, 'chart/pool: poolSize is -1; it must be a whole number from 0 up'],
    [
      'a deadline of 0',
      { pod: { activeDeadline: Duration.seconds(0) } },
      'pod.activeDeadline is "0s"; it must be a whole number of seconds from 1',
    ],
    ['a token alone', { token: { secret, key: 'token' } }, 'privateKey is not set; set it together with token'],
    [
      'a private key alone',
      { privateKey: { secret, key: 'key' } },
      'token is not set; set it together with privateKey',
    ],
    ['long polling of nothing', { commsProtocol: CommsProtocol.POLL }, 'pollCommsUrl is not set; long polling needs'],
  ])('refuses %s', (_, props, sentence) => {
    expect(() => pool(props)).toThrow(sentence);
  });
});
