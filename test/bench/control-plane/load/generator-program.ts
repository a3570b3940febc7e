/* The process of the load generator: does what the bench asks for, one message after the other. */
import type { Ask, Reply } from './generator-process';
import { LoadGenerator } from './generator';

let generator: LoadGenerator | undefined;

const opened = (): LoadGenerator => {
  if (!generator) throw new Error('the load generator is not open');
  return generator;
};

async function carryOut(ask: Ask): Promise<unknown> {
  switch (ask.what) {
    case 'open':
      generator = await LoadGenerator.open(ask.folder, { ...ask.connection, secret: () => ask.connection.secret });
      return;
    case 'grow':
      return opened().grow(ask.growth);
    case 'assign':
      return opened().assign(ask.triggering);
    case 'finish':
      return opened().finish();
    case 'carryOut':
      return opened().carryOut(ask.triggering);
  }
}

process.on('message', (ask: Ask) => {
  carryOut(ask).then(
    (result) => process.send!({ result } satisfies Reply),
    (error: unknown) =>
      process.send!({ error: error instanceof Error ? error.message : String(error) } satisfies Reply),
  );
});
// The bench has ended, however that came.
process.on('disconnect', () => process.exit());
