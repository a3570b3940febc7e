import {
  Namespaces,
  NetworkPolicy,
  NetworkPolicyIpBlock,
  NetworkPolicyPort,
  NetworkPolicyTrafficDefault,
  type INetworkPolicyPeer,
  type NetworkPolicyRule,
} from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { BlockList, isIP } from 'node:net';
import { CONTROL_PLANE_PORT } from '../../api';
import { checkPorts, invalidProp } from '../shared/checks';
import type { IWorkerPoolExtension, WorkerPool } from '../worker-pool/worker-pool';
import { besidePool, checkOnce } from './preset';

/** Options of `EgressNetworkPolicy.allowing`. */
export interface EgressNetworkPolicyOptions {
  /**
   * Networks that the run Pods may talk to outside the cluster, as CIDR: those of the control plane, of the VCS system, of
   * registries, and of everything that the runs themselves change.
   *
   * @default ["0.0.0.0/0", "::/0"]
   */
  readonly cidrs?: string[];

  /**
   * Networks within `cidrs` that the run Pods may not talk to, as CIDR. Those that lie in none of `cidrs` count for nothing. The
   * default holds the addresses at which clouds tell instances of themselves, and give them the credentials of the node. Add the
   * addresses of the API server where runs are not to reach it. What `dnsPorts`, `controlPlane` and `rules` allow is allowed all the same.
   *
   * @default ["169.254.0.0/16", "fe80::/10", "fd00:ec2::254/128", "fd20:ce::254/128"]
   */
  readonly exceptCidrs?: string[];

  /**
   * TCP ports there: HTTPS for control plane, object storage, registries and VCS, and MQTT with TLS. Add 22 for Git over
   * SSH, 1984 for the broker inside a self-hosted Spacelift.
   *
   * @default [443, 8883]
   */
  readonly ports?: number[];

  /**
   * Ports of the DNS servers, by UDP and TCP, in the cluster and outside. OpenShift's DNS Pods listen on 5353.
   *
   * @default [53]
   */
  readonly dnsPorts?: number[];

  /**
   * Pods of a control plane in the same cluster, such as `Pods.select()` gives. Runs reach them on `controlPlanePort`.
   *
   * @default - the control plane is outside the cluster
   */
  readonly controlPlane?: INetworkPolicyPeer;

  /**
   * Port that the Pods of `controlPlane` listen on: that of the container, not of the Service.
   *
   * @default 8443
   */
  readonly controlPlanePort?: number;

  /**
   * Further peers, such as a database, the API server or the agent of EKS Pod Identity.
   *
   * @default - none
   */
  readonly rules?: NetworkPolicyRule[];
}

/**
 * A NetworkPolicy that lets the run Pods of a pool talk to what Spacelift documents, and to nothing else: DNS, HTTPS, MQTT.
 *
 * A NetworkPolicy knows addresses and ports, no host names: `app.spacelift.io`, S3 and the registries have addresses that
 * change, so that by default every address is allowed on the few ports. Narrow it with `cidrs`, or write a policy of your
 * network plugin that knows names. What comes in is not touched. The cluster's network plugin has to enforce NetworkPolicies.
 *
 * The Pods are told by a label that the pool gives to its run Pods; the operator is not concerned.
 *
 * Source: "Network Security" in Spacelift's page on worker pools.
 *
 * @throws where a CIDR has no mask, or a port is none
 */
export class EgressNetworkPolicy implements IWorkerPoolExtension {
  /** A policy that allows what the options name, and DNS. */
  public static allowing(options: EgressNetworkPolicyOptions = {}): EgressNetworkPolicy {
    return new EgressNetworkPolicy(options);
  }

  private constructor(private readonly options: EgressNetworkPolicyOptions) {}

  /** Adds the policy for the run Pods of a pool. */
  public extend(pool: WorkerPool): void {
    const {
      cidrs = ['0.0.0.0/0', '::/0'],
      exceptCidrs = METADATA_NETWORKS,
      ports = [443, CONTROL_PLANE_PORT.mqtts],
      dnsPorts = [53],
      controlPlanePort = CONTROL_PLANE_PORT.https,
    } = this.options;
    checkOnce(pool, 'EgressNetworkPolicy', 'EgressNetworkPolicy');
    checkNetworks(pool, 'cidrs', cidrs);
    checkNetworks(pool, 'exceptCidrs', exceptCidrs);
    checkPorts(pool, 'EgressNetworkPolicy', 'ports', ports);
    checkPorts(pool, 'EgressNetworkPolicy', 'dnsPorts', dnsPorts);
    checkPorts(pool, 'EgressNetworkPolicy', 'controlPlanePort', [controlPlanePort]);
    const peers = new Construct(pool, 'EgressPeers');
    const anywhere = ['0.0.0.0/0', '::/0'].map((cidr, index) => ipBlock(peers, `Anywhere${index}`, cidr));
    const networks = cidrs.map((cidr, index) => {
      const excepted = exceptCidrs.filter((network) => isWithin(network, cidr));
      return ipBlock(peers, `Network${index}`, cidr, excepted);
    });
    const dns = dnsPorts.flatMap((port) => [NetworkPolicyPort.udp(port), NetworkPolicyPort.tcp(port)]);
    const tcp = ports.map((port) => NetworkPolicyPort.tcp(port));
    const { controlPlane, rules = [] } = this.options;
    const wanted: NetworkPolicyRule[] = [
      // Some network plugins do not count the cluster's own Pods to any address.
      { peer: Namespaces.all(peers, 'Cluster'), ports: dns },
      ...anywhere.map((peer) => ({ peer, ports: dns })),
      ...networks.map((peer) => ({ peer, ports: tcp })),
      ...(controlPlane ? [{ peer: controlPlane, ports: [NetworkPolicyPort.tcp(controlPlanePort)] }] : []),
      ...rules,
    ];
    new NetworkPolicy(pool, 'EgressNetworkPolicy', {
      metadata: besidePool(pool),
      selector: pool,
      egress: { default: NetworkPolicyTrafficDefault.DENY, rules: wanted },
    });
  }
}

/**
 * Where AWS, Azure, Google, Oracle, DigitalOcean and others answer instances: link-local, and the addresses that AWS (by IPv6) and
 * Google have chosen beside.
 */
const METADATA_NETWORKS = ['169.254.0.0/16', 'fe80::/10', 'fd00:ec2::254/128', 'fd20:ce::254/128'];

const isIpv6 = (cidr: string): boolean => cidr.includes(':');

function ipBlock(scope: Construct, id: string, cidr: string, except: string[] = []): INetworkPolicyPeer {
  const given = except.length > 0 ? except : undefined;
  return isIpv6(cidr)
    ? NetworkPolicyIpBlock.ipv6(scope, id, cidr, given)
    : NetworkPolicyIpBlock.ipv4(scope, id, cidr, given);
}

/** Whether a network is a part of another; the API server refuses an exception that is not, or is all of it. */
function isWithin(network: string, cidr: string): boolean {
  if (isIpv6(network) !== isIpv6(cidr)) return false;
  const family = isIpv6(cidr) ? 'ipv6' : 'ipv4';
  const [address = '', bits] = network.split('/');
  const [base = '', prefix] = cidr.split('/');
  const whole = new BlockList();
  whole.addSubnet(base, Number(prefix), family);
  return Number(bits) > Number(prefix) && whole.check(address, family);
}

function checkNetworks(pool: WorkerPool, prop: string, cidrs: readonly string[]): void {
  const wrong = cidrs.find((cidr) => !isCidr(cidr));
  if (wrong === undefined) return;
  const allowed = 'each must be a network as CIDR, such as 10.0.0.0/8 or fd00::/8';
  throw invalidProp(pool, 'EgressNetworkPolicy', prop, wrong, allowed);
}

function isCidr(cidr: string): boolean {
  const [, address = '', bits = ''] = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(cidr) ?? [];
  const version = isIP(address);
  return version !== 0 && Number(bits) <= (version === 4 ? 32 : 128);
}
