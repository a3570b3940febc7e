import { POOL_CONDITION, type WorkerPool } from '../../api';
import type { Found } from '../finding';
import { groupsOf } from '../group';
import { probeBroker, probeHttp, type Probe } from '../probe';
import { poolName } from '../scene';
import { subject, type Look } from '../subject';
import { operatorNamespace, secretFactOf, type PoolToken } from './secrets';

/** Addresses of one control plane, and the pools that go by them. */
export interface EndpointFact {
  readonly probes: readonly Probe[];
  readonly pools: readonly WorkerPool[];
}

const kinds = {
  'endpoint-unreachable': {
    level: 'FAILED',
    meaning:
      'The control plane or the broker of a WorkerPool does not answer from here, and the WorkerPool is not registered either.',
    mend: 'Mend the address, the DNS, the firewall or the NetworkPolicy in between; does the control plane run?',
  },
  'endpoint-unreachable-here': {
    level: 'WARNING',
    meaning:
      'The control plane or the broker of a WorkerPool does not answer from here, but the cluster reaches it: the WorkerPool is registered.',
    mend: 'Nothing, where this machine has another network than the cluster. Otherwise look at the way from here.',
  },
  'endpoint-untrusted': {
    level: 'FAILED',
    meaning:
      'The certificate of the control plane or the broker does not fit the authority in the token of a WorkerPool.',
    mend: 'Use a token of this control plane; or give it a certificate for this name (--tls-san), or one that has not expired.',
  },
} as const;

type Code = keyof typeof kinds;

export function endpointFindings(facts: readonly EndpointFact[]): Found<Code>[] {
  return facts.flatMap(({ probes, pools }) =>
    probes.flatMap(({ failure }): Found<Code>[] => {
      if (!failure) return [];
      const object = pools.length === 1 ? poolName(pools[0]!) : `${poolName(pools[0]!)} and ${pools.length - 1} more`;
      if (failure.kind === 'certificate') return [{ code: 'endpoint-untrusted', object, message: failure.message }];
      const isKnown = pools.some(isRegistered);
      const message = `${failure.message} (tried from here; the cluster may fare differently)`;
      return [{ code: isKnown ? 'endpoint-unreachable-here' : 'endpoint-unreachable', object, message }];
    }),
  );
}

const isRegistered = ({ status }: WorkerPool): boolean =>
  status?.conditions?.some(({ type, status: is }) => type === POOL_CONDITION.registered && is === 'True') ?? false;

/** Where a pool speaks to its control plane. */
export function addressesOf(pool: WorkerPool, { endpoint, mqtt }: Pick<PoolToken, 'endpoint' | 'mqtt'>): string[] {
  const { commsProtocol, pollCommsURL } = pool.spec ?? {};
  // The Pods of the runs go to the endpoint, whichever way the controller has.
  const session = commsProtocol === 'poll' ? (pollCommsURL ?? endpoint) : mqtt;
  return [...new Set([endpoint, session])];
}

/** Asks each control plane once, however many pools it has. */
export async function probeEndpoints({ view, scene }: Look): Promise<EndpointFact[]> {
  const quiet = view.apart();
  const found = await Promise.all(
    scene.pools.map(async (pool) => {
      const { credentials } = await secretFactOf(quiet, pool, operatorNamespace(scene, pool));
      return credentials && 'poolId' in credentials ? [{ pool, token: credentials }] : [];
    }),
  );
  const samePlace = groupsOf(found.flat(), ({ pool, token }) => JSON.stringify([addressesOf(pool, token), token.ca]));
  return Promise.all(
    samePlace.map(async (same) => {
      const [{ pool, token }] = same;
      const probes = addressesOf(pool, token).map((url) =>
        url.startsWith('mqtt') ? probeBroker(url, token.ca) : probeHttp(url, token.ca),
      );
      return { probes: await Promise.all(probes), pools: same.map(({ pool: one }) => one) };
    }),
  );
}

export const endpoints = subject<readonly EndpointFact[], Code>({
  name: 'endpoints',
  looksAt:
    'Whether control plane and broker of each WorkerPool answer from here, with a certificate of the authority in its token. The addresses are those of the token, so that its Secret has to be readable.',
  kinds,
  gather: probeEndpoints,
  findings: endpointFindings,
});
