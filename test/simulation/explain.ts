import type { Answer, Question } from './fleet';
import { INVARIANTS } from './invariants/violation';
import { scheduleOf, type Schedule } from './schedule';
import { simulate, type Outcome } from './simulate';
import type { Template } from './world/template';
import { printed } from './world/timeline';

type Asked = Extract<Question, { ask: 'explain' }>;

/** Carries one schedule out in the sight of people; one that breaks something is made as short as it can be first. */
export async function explain(template: Template, { seed, keep, shrinks }: Asked): Promise<Answer> {
  const whole = scheduleOf(seed);
  let kept = keep ?? whole.steps.map((_, index) => index);
  const first = await simulate(template, only(whole, kept));
  if (first.violation && shrinks) kept = await shrunk(template, whole, kept, first.violation.invariant);
  const outcome = await simulate(template, only(whole, kept), true);
  return { answer: 'explained', text: inWords(whole, kept, outcome), isBroken: outcome.violation !== undefined };
}

function only(schedule: Schedule, kept: readonly number[]): Schedule {
  return { ...schedule, steps: kept.flatMap((index) => schedule.steps[index] ?? []) };
}

/**
 * Delta debugging over the steps: leaves out what is not needed for the same invariant to break, first halves, then
 * quarters, down to single steps.
 */
async function shrunk(
  template: Template,
  whole: Schedule,
  given: readonly number[],
  invariant: string,
): Promise<readonly number[]> {
  const breaks = async (kept: readonly number[]): Promise<boolean> =>
    (await simulate(template, only(whole, kept))).violation?.invariant === invariant;
  let kept = given;
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < kept.length;) {
      const fewer = [...kept.slice(0, from), ...kept.slice(from + size)];
      if (await breaks(fewer)) kept = fewer;
      else from += size;
    }
  }
  return kept;
}

function inWords({ seed, shape, steps }: Schedule, kept: readonly number[], outcome: Outcome): string {
  const isShrunk = kept.length < steps.length;
  const replay = `npm run simulate -- --seed ${seed}${isShrunk ? ` --keep ${kept.join(',') || 'none'}` : ''}`;
  const { violation, timeline, runs } = outcome;
  const lines = [
    `seed ${seed}: ${Object.entries(shape)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')}`,
    ...(isShrunk ? [`${kept.length} of ${steps.length} steps are left; the others are not needed`] : []),
    '',
    printed(timeline),
    '',
    `${runs.asked} runs asked for, ${runs.finished} finished, ${runs.lost} lost, ${runs.doubled} doubled`,
    ...(violation
      ? [
          `BROKEN: ${violation.sentence}`,
          `invariant ${violation.invariant}: ${INVARIANTS[violation.invariant]}`,
          `again: ${replay}`,
        ]
      : ['every invariant holds']),
  ];
  return `${lines.join('\n')}\n`;
}
