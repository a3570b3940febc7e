/*
 * A control plane that is to be killed while it tells a webhook of two changes of each of two runs: uses the folder of the
 * first argument, or the PostgreSQL of the second, and tells the receiver of the third. The fourth says how far it comes:
 * 'committed' before anything is sent; 'sending' until an answer comes, of which it does nothing; 'answered' until what was
 * answered is to be noted. It says so on standard output then, and waits for its end.
 */
import type { QueueContext } from '../../../../src/control-plane/queue/context';
import { Deliverer, Destinations } from '../../../../src/control-plane/webhooks';
import { postgresAt, TestQueue } from '../../support/queue';

const [, , folder = '', url = '', endpoint = '', until = ''] = process.argv;
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const forEver = (): Promise<never> => new Promise(() => setInterval(() => undefined, 1000));

async function main(): Promise<void> {
  const queue = await TestQueue.ready(folder, url === '' ? undefined : postgresAt(url));
  await queue.admin.webhooks.create({ name: 'hook', endpoint, enabled: true, secret: 'correct horse' });
  for (let n = 0; n < 2; n += 1) {
    const run = await queue.trigger();
    await queue.admin.cancel(run);
    say(run);
  }
  if (until === 'committed') say(until);
  else deliver(queue.context);
  await forEver();
}

function deliver(context: QueueContext): void {
  let isAnswered = false;
  const { store } = context;
  const transaction: typeof store.transaction = (work) => (isAnswered ? forEver() : store.transaction(work));
  const deliverer = new Deliverer(
    { ...context, store: { ...store, transaction } },
    {
      destinations: new Destinations(['127.0.0.0/8']),
      publicUrl: () => 'https://pools.example.com',
      observer: {
        attempted: () => {
          isAnswered = true;
          say('answered');
        },
      },
    },
  );
  deliverer.start();
}

void main();
