import { describe, expect, it } from '@jest/globals';
import { Duration, Size } from 'cdk8s';
import { ContainerRestartPolicy, DnsPolicy, Handler, ServiceAccount, Topology, type ISecret } from 'cdk8s-plus-28';
import {
  CommsProtocol,
  DriftDetection,
  TopologySpread,
  UnsatisfiableSpread,
  WorkspaceVolume,
  type RunPodProps,
  type WorkerPoolProps,
} from '../../../src';
import { specOf, type Change } from './support';

const secret = { name: 'pool' } as ISecret;
const inPod = (pod: RunPodProps): WorkerPoolProps => ({ pod });

describe('WorkerPool refuses at once', () => {
  it.each<[string, WorkerPoolProps, string]>([
    [
      'processes that a run could read the key from',
      inPod({ shareProcessNamespace: true, grpcServerContainer: { securityContext: { user: 1983 } } }),
      'pod.shareProcessNamespace is true; with shareProcessNamespace, grpcServerContainer must not run as the user of workerContainer',
    ],
    [
      'powers by which a run could read the key',
      inPod({ shareProcessNamespace: true, workerContainer: { securityContext: { privileged: true } } }),
      'pod.shareProcessNamespace is true; with shareProcessNamespace, workerContainer must not be privileged',
    ],
    ['a negative size', { poolSize: -1 }, 'chart/pool: poolSize is -1; it must be a whole number from 0 up'],
    ['half a Worker', { poolSize: 1.5 }, 'poolSize is 1.5; it must be a whole number from 0 up'],
    ['a size beyond the limit', { poolSize: 10_001 }, 'poolSize is 10001; a pool has 10000 Workers at most'],
    [
      'a token alone',
      { token: { secret, key: 'token' } },
      'chart/pool: privateKey is not set; token and privateKey must both be set or both be unset',
    ],
    [
      'a private key alone',
      { privateKey: { secret, key: 'key' } },
      'chart/pool: token is not set; token and privateKey must both be set or both be unset',
    ],
    [
      'long polling of nothing',
      { commsProtocol: CommsProtocol.POLL },
      'pollCommsUrl is not set; pollCommsURL is required when commsProtocol is poll',
    ],
    [
      'an empty address',
      { commsProtocol: CommsProtocol.POLL, pollCommsUrl: '' },
      'pollCommsUrl is ""; pollCommsURL is',
    ],
    ['an address without scheme', { pollCommsUrl: 'example.com' }, 'is "example.com"; must be an http or https URL'],
    [
      'another scheme',
      { pollCommsUrl: 'mqtts://example.com' },
      'pollCommsUrl is "mqtts://example.com"; must be an http',
    ],
    [
      'an address that nothing polls',
      { pollCommsUrl: 'https://example.com' },
      'pollCommsUrl is "https://example.com"; only CommsProtocol.POLL has a use for it',
    ],
    ...(
      [
        ['a space', { space: 'root' }, 'space is "root"'],
        ['a description', { description: 'Blue.' }, 'description is "Blue."'],
        ['limits of drift detection', { driftDetection: DriftDetection.disabled() }, 'driftDetection is "set"'],
        ['API credentials', { apiCredentials: { secret } }, 'apiCredentials is "set"'],
      ] as const
    ).map(([what, props, sentence]): [string, WorkerPoolProps, string] => [
      `${what} beside a token, which would be passed over`,
      { token: { secret, key: 'token' }, privateKey: { secret, key: 'key' }, ...props },
      `chart/pool: ${sentence}; only a pool that registers itself has a use for it`,
    ]),
    ['a host with a path', { allowedRunnerImageHosts: ['docker.io/a'] }, 'is "docker.io/a"; must be a host name'],
    ['an empty host', { allowedRunnerImageHosts: ['docker.io', ''] }, 'allowedRunnerImageHosts is ""; must be a host'],
    [
      'too many hosts',
      { allowedRunnerImageHosts: Array<string>(257).fill('docker.io') },
      'allowedRunnerImageHosts is "257 hosts"; it has 256 at most',
    ],
    [
      'a third of a retry',
      { mqttReconnectRetryCount: 0.3 },
      'mqttReconnectRetryCount is 0.3; it must be a whole number',
    ],
    ['a negative history', { failedPodsHistory: { limit: -1 } }, 'failedPodsHistory.limit is -1; it must be a whole'],
    [
      'an age in milliseconds',
      { successfulPodsHistory: { ttl: Duration.millis(1500) } },
      'successfulPodsHistory.ttl is "1.5s"; it must be a whole number of seconds from 0 up',
    ],
    ['a name in capitals', { metadata: { name: 'Blue' } }, 'chart/pool: metadata.name is "Blue"; it has lowercase'],
    [
      'a name that Workers cannot begin with',
      { metadata: { name: 'a'.repeat(227) } },
      'the name of a WorkerPool has 226 characters at most, because its Workers are named <pool>-<ULID>',
    ],
    [
      'a deadline of 0',
      inPod({ activeDeadline: Duration.seconds(0) }),
      'pod.activeDeadline is "0s"; it must be a whole number of seconds from 1 up',
    ],
    [
      'half a second of grace',
      inPod({ terminationGracePeriod: Duration.millis(500) }),
      'pod.terminationGracePeriod is "0.5s"; it must be a whole number of seconds from 0 up',
    ],
    ['a label with a space', inPod({ labels: { team: 'a b' } }), 'Pod label "team" is "a b"; it is empty or has'],
    ['a label that is too long', inPod({ labels: { team: 'a'.repeat(64) } }), 'it is empty or has at most 63 letters'],
    ['a key with a space', inPod({ labels: { 'a team': '' } }), 'the key of a Pod label is "a team"; it has a prefix'],
    [
      "a label of the operator's",
      inPod({ labels: { 'workers.spacelift.io/run-id': '1' } }),
      'Pod label "workers.spacelift.io/run-id" is "1"; the operator sets this label itself',
    ],
    [
      "an annotation of the operator's",
      inPod({ annotations: { 'workers.spacelift.io/fence': '1' } }),
      'is "workers.spacelift.io/fence"; the operator sets this annotation itself',
    ],
    ['an annotation without a name', inPod({ annotations: { '': '1' } }), 'the key of a Pod annotation is ""; it has'],
    [
      'hooks of the init container',
      inPod({ initContainer: { lifecycle: { preStop: Handler.fromCommand(['sync']) } } }),
      'pod.initContainer.lifecycle is "set"; Kubernetes has no hooks for init containers',
    ],
    [
      'DNS of nobody',
      inPod({ dns: { policy: DnsPolicy.NONE } }),
      'pod.dns.nameservers is not set; the policy NONE needs',
    ],
    [
      'too many DNS servers',
      inPod({ dns: { nameservers: ['1', '2', '3', '4'] } }),
      'Kubernetes takes 3 of them at most',
    ],
    [
      'a sidecar with a restart policy',
      inPod({ sidecars: [{ image: 'a', restartPolicy: ContainerRestartPolicy.ALWAYS }] }),
      'restartPolicy of a sidecar is "Always"; only init containers have one',
    ],
  ])('%s', (_, props, sentence) => {
    expect(() => specOf(props)).toThrow(sentence);
  });

  it.each<[string, Change, string]>([
    ['a wrong label', (pool) => pool.addPodLabel('team', '-'), 'chart/pool: Pod label "team" is "-"; it is empty'],
    ['a wrong annotation', (pool) => pool.addPodAnnotation('a/b/c', ''), 'key of a Pod annotation is "a/b/c"; it has'],
    [
      'a second ServiceAccount',
      (pool, chart) => {
        pool.useServiceAccount(ServiceAccount.fromServiceAccountName(chart, 'a', 'a'));
        pool.useServiceAccount(ServiceAccount.fromServiceAccountName(chart, 'b', 'b'));
      },
      'chart/pool: pod.serviceAccount is "a"; it cannot be "b" as well',
    ],
  ])('%s that is added', (_, change, sentence) => {
    expect(() => specOf({}, change)).toThrow(sentence);
  });

  it.each<[string, () => unknown, string]>([
    [
      'a negative limit of drift detection',
      () => DriftDetection.limitedTo(-1),
      'DriftDetection.limitedTo(): maxRuns is -1; it must be a whole number from 0 up',
    ],
    [
      'a spread of nothing',
      () => TopologySpread.over(Topology.ZONE, { maxSkew: 0 }),
      'TopologySpread.over(): maxSkew is 0; it must be a whole number from 1 up',
    ],
    [
      'a number of domains that nobody heeds',
      () =>
        TopologySpread.over(Topology.ZONE, { minDomains: 2, whenUnsatisfiable: UnsatisfiableSpread.SCHEDULE_ANYWAY }),
      'minDomains is 2; it must be unset, unless whenUnsatisfiable is DO_NOT_SCHEDULE',
    ],
    [
      'a disk of half a MiB',
      () => WorkspaceVolume.ephemeral({ size: Size.kibibytes(512) }),
      'WorkspaceVolume.ephemeral(): size is "0.5Mi"; it must be a whole number from 1 up, in MiB',
    ],
    [
      'no domain',
      () =>
        TopologySpread.over(Topology.ZONE, { minDomains: 0, whenUnsatisfiable: UnsatisfiableSpread.DO_NOT_SCHEDULE }),
      'minDomains is 0; it must be a whole number from 1 up',
    ],
  ])('%s', (_, make, sentence) => {
    expect(make).toThrow(sentence);
  });
});

describe('WorkerPool takes', () => {
  it.each<[string, WorkerPoolProps]>([
    ['the longest name', { metadata: { name: 'a'.repeat(226) } }],
    ['as many hosts as the API takes', { allowedRunnerImageHosts: Array<string>(256).fill('a'.repeat(259)) }],
    ['as many DNS servers as Kubernetes takes', inPod({ dns: { nameservers: ['1', '2', '3'] } })],
    ['the shortest deadline', inPod({ activeDeadline: Duration.seconds(1) })],
    ['long polling', { commsProtocol: CommsProtocol.POLL, pollCommsUrl: 'http://control-plane:8080' }],
    ['an empty label of a domain', inPod({ labels: { 'example.com/team': '' } })],
  ])('%s', (_, props) => {
    expect(() => specOf(props)).not.toThrow();
  });
});
