import { Scene } from '../../../e2e/fixtures/scene';
import type { Fixture } from '../../../e2e/fixtures/fixture';
import type { Fault, Verdict } from '../../fault';
import { CountedRun } from './counted-run';
import { judgeRun } from './judge';
import type { NodeLab } from './lab';
import { unlessWell } from './trial';

export interface SceneFault extends Omit<Fault<NodeLab>, 'run'> {
  /** What the pool of the broken run is like, what happens to it, and how it has to end. */
  readonly fixture: Fixture;
}

/** A fault that lies in a pool of its own, beside a run of the pool that all others have. */
export function sceneFault({ fixture, ...fault }: SceneFault): Fault<NodeLab> {
  return { withinSeconds: 600, ...fault, run: (lab) => carryOut(fixture, lab) };
}

async function carryOut(fixture: Fixture, lab: NodeLab): Promise<Verdict> {
  const scene = new Scene({ installation: lab.installation, images: {} }, fixture);
  try {
    await scene.setUp();
    const bystander = await CountedRun.begin(lab, 5);
    await scene.trigger();
    await fixture.happens?.(scene);
    const { reason, message } = await scene.ended();
    const endedAt = performance.now();
    const [beside, probe] = await Promise.all([bystander.ended(), lab.probe(), scene.idle()]);
    const notConverged = await lab.converged();
    const recoveredInMs = performance.now() - endedAt;
    const log = await scene.log();
    const { lost, doubled, killed, amiss } = judgeRun(await bystander.observed(beside));
    return {
      asked: 3,
      finished: 3 - Number(lost),
      lost: Number(lost),
      doubled: Number(doubled),
      killed: Number(killed),
      recoveredInMs: Math.round(recoveredInMs),
      endedAs: { [reason ?? 'nothing']: 1 },
      amiss: [
        ...(reason === fixture.outcome ? [] : [`the run ended as ${reason}, not as ${fixture.outcome}: ${message}`]),
        ...unsaid(fixture.says ?? [], message ?? '', 'sentence of the outcome'),
        ...unsaid(fixture.logs ?? [], log, 'log'),
        ...amiss,
        ...notConverged,
        ...unlessWell(probe),
      ],
    };
  } finally {
    await scene.tearDown();
  }
}

function unsaid(words: readonly (string | RegExp)[], text: string, where: string): string[] {
  const isSaid = (word: string | RegExp): boolean => (typeof word === 'string' ? text.includes(word) : word.test(text));
  return words.flatMap((word) => (isSaid(word) ? [] : [`the ${where} has not ${word}, but ${text}`]));
}
