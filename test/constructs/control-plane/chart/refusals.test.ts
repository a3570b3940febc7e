/** What cannot work together: Helm and the constructs refuse it in the same words. */
import { describe, expect, it } from '@jest/globals';
import type { Json } from '../../../charting/support/helm';
import { eachIsRefusedBySchema } from '../../../charting/support/together';
import { eachOfTheWrongTypeIsRefused } from '../../../charting/support/wrong-types';
import { generatedControlPlane, OUTSIDE } from './support';

const chart = generatedControlPlane();

describe('several replicas', () => {
  const three = { ...OUTSIDE, replicas: 3 };

  it('stand where everything is outside of them', async () => {
    const objects = await chart.objectsOfBoth(three);
    expect(objects.map(({ kind }) => kind)).toContain('Deployment');
  });

  it('stand without a broker where there is no MQTT', async () => {
    await chart.objectsOfBoth({ ...three, mqtt: { enabled: false } });
  });

  it.each<[string, Json, string]>([
    ['a database', { database: { existingSecret: '' } }, 'several replicas need a database outside of them'],
    ['keys', { keys: { existingSecret: '' } }, 'several replicas need the same keys (keys.existingSecret)'],
    ['a bucket', { blobs: { s3: { bucket: '' } } }, 'several replicas need blobs outside of them (blobs.s3.bucket)'],
    ['a broker', { mqtt: {} }, 'several replicas need an MQTT broker outside of them (mqtt.broker.url), or none'],
  ])('are refused without %s', (_, values, sentence) => chart.bothRefuse({ ...three, ...values }, sentence));
});

const BACKUP = { enabled: true, existingClaim: 'backups' };

describe('together', () => {
  it.each<[string, Json, string]>([
    [
      'a name that no Service can have',
      { fullnameOverride: 'a.b' },
      'the objects cannot be called a.b: it names a Service and Pods',
    ],
    [
      "a name too long for the Pods' labels",
      { fullnameOverride: 'a'.repeat(53) },
      'it must have at most 52 lowercase letters',
    ],
    [
      'an end of requests after the end of the Pod',
      { shutdownGraceSeconds: 30 },
      'the shutdown grace must be shorter than the termination grace period',
    ],
    [
      'an address of a broker that is switched off',
      { mqtt: { enabled: false, url: 'mqtts://a.example' } },
      'mqtt.enabled is false, so there is no broker to name',
    ],
    [
      'credentials of no broker',
      { mqtt: { broker: { existingSecret: 'broker' } } },
      'are of a broker outside: mqtt.broker.url is missing',
    ],
    [
      'addresses of two brokers',
      { mqtt: { url: 'mqtts://a.example', broker: { url: 'mqtts://b.example' } } },
      'with mqtt.broker.url, give mqtt.broker.clientUrl instead',
    ],
    [
      'MQTT that nobody encrypts',
      { tls: { enabled: false } },
      'with tls.enabled false the embedded broker speaks plain MQTT',
    ],
    [
      'a Service for a broker elsewhere',
      { mqtt: { broker: { url: 'mqtts://b.example' } }, externalMqtt: { type: 'LoadBalancer' } },
      'externalMqtt leads to the embedded broker, and there is none',
    ],
    [
      'a node port of no Service',
      { externalHttps: { nodePort: 30843 } },
      'externalHttps.nodePort needs externalHttps.type',
    ],
    [
      'a load balancer that is none',
      { externalMqtt: { type: 'NodePort', loadBalancerSourceRanges: ['10.0.0.0/8'] } },
      'externalMqtt.type must be LoadBalancer',
    ],
    ['an Ingress without a host', { ingress: { enabled: true } }, 'the Ingress needs publicUrl'],
    [
      'an Ingress whose certificate no worker would trust',
      { publicUrl: 'https://a.example', ingress: { enabled: true, tlsSecretName: 'a' } },
      "workers trust the control plane's own authority, not a certificate of the Ingress",
    ],
    [
      'a certificate that nobody shows',
      { tls: { enabled: false, existingSecret: 'tls' }, mqtt: { enabled: false } },
      'tls.enabled is false, so the control plane shows no certificate',
    ],
    [
      'a budget of two numbers',
      { pdb: { enabled: true, minAvailable: 1, maxUnavailable: 1 } },
      'a PodDisruptionBudget takes minAvailable or maxUnavailable, not both',
    ],
    [
      'a backup that lies nowhere',
      { backup: { enabled: true } },
      'make a PersistentVolumeClaim, and name it in backup.existingClaim',
    ],
    [
      'a backup of a volume that takes one Pod',
      { backup: BACKUP, persistence: { accessModes: ['ReadWriteOncePod'] } },
      'a backup of SQLite is made by a second Pod on the same volume, which ReadWriteOncePod keeps out',
    ],
    [
      'a name too long for the Jobs of backups',
      { backup: BACKUP, fullnameOverride: 'a'.repeat(46) },
      'set fullnameOverride to at most 45 characters',
    ],
    [
      'a scrape longer than the time between two',
      { metrics: { serviceMonitor: { enabled: true, interval: '5s' } } },
      'serviceMonitor.scrapeTimeout may be as long as the interval, 5s, and no longer',
    ],
  ])('%s is refused', (_, values, sentence) => chart.bothRefuse(values, sentence));
});

describe('a value of the wrong type', () => {
  eachOfTheWrongTypeIsRefused(chart, 80);
});

describe('helm refuses', () => {
  eachIsRefusedBySchema(chart, [
    ['a negative number', { replicas: -1 }, "at '/replicas': minimum: got -1, want 0"],
    ['a value that does not exist', { replica: 2 }, "'replica' not allowed"],
    ['a secret in the values', { apiKey: { secret: 'hunter2' } }, "'secret' not allowed"],
    ['an address without a scheme', { publicUrl: 'pools.example.com' }, "at '/publicUrl'"],
    ['an address with a path', { publicUrl: 'https://pools.example.com/a' }, "at '/publicUrl'"],
    ['an MQTT broker by HTTP', { mqtt: { broker: { url: 'https://b.example' } } }, "at '/mqtt/broker/url'"],
    ['a node port below the first', { externalHttps: { nodePort: 80 } }, "at '/externalHttps/nodePort'"],
    ['an unknown type of Service', { externalHttps: { type: 'External' } }, "at '/externalHttps/type'"],
    ['a volume of nothing', { persistence: { size: '0Gi' } }, "at '/persistence/size'"],
    ['an unknown access mode', { persistence: { accessModes: ['ReadOnlyMany'] } }, "at '/persistence/accessModes/0'"],
    ['an unknown log level', { logLevel: 'verbose' }, "at '/logLevel'"],
    ['a page for friends', { web: 'friends' }, "at '/web'"],
    ['a backup of which none is kept', { backup: { keep: 0 } }, "at '/backup/keep': minimum: got 0, want 1"],
    ['days below none', { retention: { runDays: -1 } }, "at '/retention/runDays'"],
  ]);
});
