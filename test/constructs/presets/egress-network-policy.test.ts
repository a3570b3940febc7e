import { describe, expect, it } from '@jest/globals';
import { Namespaces, NetworkPolicyIpBlock, NetworkPolicyPort, Pods } from 'cdk8s-plus-28';
import { EgressNetworkPolicy, type EgressNetworkPolicyOptions } from '../../../src';
import { only } from '../support';
import { extended } from './support';

interface Rule {
  readonly to: object[];
  readonly ports: { protocol: string; port: number }[];
}

interface Policy {
  readonly podSelector: { matchLabels: Record<string, string> };
  readonly policyTypes: string[];
  readonly egress: Rule[];
}

function policy(props?: EgressNetworkPolicyOptions | Parameters<typeof extended>[0]) {
  const extensions =
    typeof props === 'function' || Array.isArray(props) ? props : [EgressNetworkPolicy.allowing(props)];
  const { pod, objects } = extended(extensions);
  return { pod, spec: only(objects, 'NetworkPolicy').spec as unknown as Policy };
}

/** Rules as "protocol/port to peer". */
const ways = ({ egress }: Policy): string[] =>
  egress.flatMap(({ to, ports }) =>
    to.flatMap((peer) => ports.map(({ protocol, port }) => `${protocol}/${port} to ${JSON.stringify(peer)}`)),
  );
const ANYWHERE = ['{"ipBlock":{"cidr":"0.0.0.0/0"}}', '{"ipBlock":{"cidr":"::/0"}}'];
const ANYWHERE_BUT_METADATA = [
  '{"ipBlock":{"cidr":"0.0.0.0/0","except":["169.254.0.0/16"]}}',
  '{"ipBlock":{"cidr":"::/0","except":["fe80::/10","fd00:ec2::254/128","fd20:ce::254/128"]}}',
];
const CLUSTER = '{"namespaceSelector":{},"podSelector":{}}';

describe('EgressNetworkPolicy', () => {
  it('binds the run Pods of the pool, and what goes out of them only', () => {
    const { pod, spec } = policy();
    expect(spec.policyTypes).toEqual(['Egress']);
    expect(Object.keys(spec.podSelector.matchLabels)).toHaveLength(1);
    expect(pod.labels).toEqual(spec.podSelector.matchLabels);
  });

  it('lets DNS, HTTPS and MQTT out, and nothing else, to no metadata address', () => {
    expect(ways(policy().spec).sort()).toEqual(
      [
        ...[CLUSTER, ...ANYWHERE].flatMap((peer) => [`UDP/53 to ${peer}`, `TCP/53 to ${peer}`]),
        ...ANYWHERE_BUT_METADATA.flatMap((peer) => [`TCP/443 to ${peer}`, `TCP/8883 to ${peer}`]),
      ].sort(),
    );
  });

  it('narrows networks and ports', () => {
    const { spec } = policy({ cidrs: ['10.0.0.0/8', 'fd12::/16'], ports: [443], dnsPorts: [53, 5353] });
    const out = ways(spec);
    expect(out).toContain('TCP/443 to {"ipBlock":{"cidr":"10.0.0.0/8"}}');
    expect(out).toContain('TCP/443 to {"ipBlock":{"cidr":"fd12::/16"}}');
    expect(out).toContain(`UDP/5353 to ${CLUSTER}`);
    expect(out.filter((way) => way.includes('8883') || /^TCP\/443 to .*"(0\.0\.0\.0|::)\/0"/.test(way))).toEqual([]);
  });

  it.each<[string[], string[] | undefined, (string[] | undefined)[]]>([
    [['10.0.0.0/8', 'fd00::/8'], undefined, [undefined, ['fd00:ec2::254/128', 'fd20:ce::254/128']]],
    [['169.254.0.0/16'], undefined, [undefined]],
    [['169.254.170.23/32'], undefined, [undefined]],
    [['0.0.0.0/0'], ['10.96.0.1/32', 'fd00::1/128'], [['10.96.0.1/32']]],
    [['0.0.0.0/0'], [], [undefined]],
  ])('of %j excepts %j where it is a part: %j', (cidrs, exceptCidrs, excepted) => {
    const { spec } = policy({ cidrs, ...(exceptCidrs && { exceptCidrs }) });
    const blocks = spec.egress.filter(({ ports }) => ports.some(({ port }) => port === 443)).flatMap(({ to }) => to);
    expect(blocks).toEqual(cidrs.map((cidr, index) => ({ ipBlock: { cidr, except: excepted[index] } })));
  });

  it('lets runs reach a control plane in the cluster, and what else is named', () => {
    const { spec } = policy((chart) => {
      const namespaces = Namespaces.select(chart, 'namespaces', { names: ['control'] });
      const controlPlane = Pods.select(chart, 'control-plane', { labels: { app: 'control' }, namespaces });
      const agent = NetworkPolicyIpBlock.ipv4(chart, 'agent', '169.254.170.23/32');
      const rules = [{ peer: agent, ports: [NetworkPolicyPort.tcp(80)] }];
      return [EgressNetworkPolicy.allowing({ controlPlane, rules, cidrs: [] })];
    });
    const selector = '"podSelector":{"matchLabels":{"app":"control"}}';
    expect(ways(spec).filter((way) => !way.includes('/53 '))).toEqual([
      `TCP/8443 to {"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"control"}},${selector}}`,
      'TCP/80 to {"ipBlock":{"cidr":"169.254.170.23/32"}}',
    ]);
  });

  it.each<[EgressNetworkPolicyOptions, string]>([
    [{ cidrs: ['10.0.0.0'] }, 'chart/pool/EgressNetworkPolicy: cidrs is "10.0.0.0"; each must be a network as CIDR'],
    [{ cidrs: ['app.spacelift.io'] }, 'cidrs is "app.spacelift.io"; each must be a network as CIDR'],
    [{ cidrs: ['10.0.0.300/8'] }, 'cidrs is "10.0.0.300/8"; each must be'],
    [{ cidrs: ['10.0.0.0/33'] }, 'cidrs is "10.0.0.0/33"; each must be'],
    [{ cidrs: ['::ffff::/8'] }, 'cidrs is "::ffff::/8"; each must be'],
    [{ exceptCidrs: ['10.0.0.1'] }, 'exceptCidrs is "10.0.0.1"; each must be a network as CIDR'],
    [{ ports: [443, 0] }, 'ports is 0; a port is a whole number from 1 to 65535'],
    [{ dnsPorts: [70_000] }, 'dnsPorts is 70000; a port is'],
    [{ controlPlanePort: 1.5 }, 'controlPlanePort is 1.5; a port is'],
  ])('refuses %j', (props, sentence) => {
    expect(() => policy(props)).toThrow(sentence);
  });
});
