import { spanInWords } from '../../time';
import type { Clocks } from '../cluster';
import type { Found } from '../finding';
import { subject } from '../subject';
import { probeEndpoints, type EndpointFact } from './endpoints';

interface ClockFacts {
  readonly clocks: Clocks;
  readonly endpoints: readonly EndpointFact[];
}

/** A control plane takes proofs of pools that are so much in the future, or so long over. */
const TOLERATED_MS = 60_000;
/** What the way of an answer and whole seconds may make of two clocks that are equal. */
const BLUR_MS = 5_000;

const kinds = {
  'clock-cluster': {
    level: 'FAILED',
    meaning:
      'The clocks of the API server and of a control plane differ by more than a minute: the control plane refuses the proofs that pools sign.',
    mend: 'Let both follow a time server (chrony, systemd-timesyncd); in a virtual machine, look at the clock of its host.',
  },
  'clock-here': {
    level: 'WARNING',
    meaning:
      'The clock of this machine differs from that of the API server by more than a minute: ages in this report are by the API server.',
    mend: 'Let this machine follow a time server.',
  },
} as const;

type Code = keyof typeof kinds;

export function clockFindings({ clocks: { here, apiServer }, endpoints }: ClockFacts): Found<Code>[] {
  if (apiServer === undefined) return [];
  const found: Found<Code>[] = [];
  const ahead = here - apiServer;
  if (Math.abs(ahead) > TOLERATED_MS) {
    const message = `it is ${spanInWords(Math.abs(ahead))} ${ahead > 0 ? 'ahead of' : 'behind'} the API server`;
    found.push({ code: 'clock-here', object: 'the clock of this machine', message });
  }
  for (const { url, clock } of endpoints.flatMap(({ probes }) => probes)) {
    if (!clock) continue;
    // Both were compared with the clock of this machine, which therefore falls out.
    const off = clock.there - clock.here + ahead;
    if (Math.abs(off) <= TOLERATED_MS + BLUR_MS) continue;
    const message = `it is ${spanInWords(Math.abs(off))} ${off > 0 ? 'ahead of' : 'behind'} the API server`;
    found.push({ code: 'clock-cluster', object: `the clock of ${url}`, message });
  }
  return found;
}

export const clock = subject<ClockFacts, Code>({
  name: 'clock',
  looksAt: 'The clocks of this machine, the API server and each control plane, by the Date of their answers.',
  kinds,
  gather: async (look) => ({ clocks: look.scene.clocks, endpoints: await probeEndpoints(look) }),
  findings: clockFindings,
});
