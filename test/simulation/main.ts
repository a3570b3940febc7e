import { explain } from './explain';
import type { Answer, Question } from './fleet';
import { scheduleOf } from './schedule';
import { simulate } from './simulate';
import { addOutcome, newTally } from './tally';
import { makeTemplate, type Template } from './world/template';

/*
 * The program that carries schedules out, one after the other: bundled by bundle.ts, started by fleet.ts, which asks it by
 * messages.
 */

async function answer(template: Template, question: Question): Promise<Answer> {
  if (question.ask === 'explain') return explain(template, question);
  const tally = newTally();
  for (let at = 0; at < question.count; at++) {
    const seed = String(question.from + at);
    const outcome = await simulate(template, scheduleOf(seed));
    addOutcome(tally, outcome);
    if (outcome.violation) return { answer: 'tally', tally, failure: { seed, violation: outcome.violation } };
  }
  return { answer: 'tally', tally };
}

const template = await makeTemplate();
process.on('message', (question: Question) => {
  answer(template, question).then(
    (given) => process.send?.(given),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      process.exit(70);
    },
  );
});
process.on('disconnect', () => process.exit(0));
process.send?.({ answer: 'ready' } satisfies Answer);
