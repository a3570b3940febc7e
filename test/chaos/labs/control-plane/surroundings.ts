import { once } from 'node:events';
import dns from 'node:dns';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fromPackage } from '../../../support/debian-package';
import type { Verdict } from '../../fault';
import type { ControlPlaneLab, Trial } from './lab';

type Callback = (error: NodeJS.ErrnoException) => void;

/** Lets every look-up of a name by the crowd fail for a while, as when no DNS answers. */
export async function withoutNames(lab: ControlPlaneLab, seconds: number): Promise<void> {
  const original = dns.lookup;
  const failing = (name: string, ...rest: readonly unknown[]): void => {
    const error = Object.assign(new Error(`getaddrinfo EAI_AGAIN ${name}`), {
      code: 'EAI_AGAIN',
      syscall: 'getaddrinfo',
    });
    setImmediate(() => (rest.at(-1) as Callback)(error));
  };
  // What connects looks the function up each time.
  dns.lookup = failing as unknown as typeof dns.lookup;
  try {
    await lab.sleep(seconds);
  } finally {
    dns.lookup = original;
  }
}

/** Answers in place of S3 for a while. */
export async function answerForS3(lab: ControlPlaneLab, { site }: Trial, seconds: number): Promise<void> {
  const body =
    '<?xml version="1.0"?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>';
  const server = createServer((asked, answer) => {
    asked.resume();
    asked.on('end', () => answer.writeHead(503, { 'content-type': 'application/xml' }).end(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const storage = site.storage!;
  const real = storage.backEnds;
  storage.backEnds = [(server.address() as { port: number }).port];
  storage.cut();
  try {
    await lab.sleep(seconds);
  } finally {
    storage.backEnds = real;
    storage.cut();
    server.close();
    server.closeAllConnections();
  }
}

/** Of Debian's library, below the folder of the machine's architecture. */
const FAKETIME = 'faketime/libfaketime.so.1';

const findFaketime = (): Promise<string> =>
  fromPackage('libfaketime', 'libfaketime, by which the clock of a process is set', () =>
    readdirSync('/usr/lib')
      .map((name) => join('/usr/lib', name, FAKETIME))
      .find((path) => existsSync(path)),
  );

/** A control plane whose clock can be set while it runs, by so many seconds from the right time; its monotonic clock cannot. */
export async function withClock(
  lab: ControlPlaneLab,
  fault: (set: (seconds: number) => void, trial: Trial) => Promise<unknown>,
): Promise<Verdict> {
  const file = join(lab.newFolder(), 'clock');
  const set = (seconds: number): void => writeFileSync(file, `${seconds < 0 ? '' : '+'}${seconds}\n`);
  set(0);
  const environment = {
    LD_PRELOAD: await findFaketime(),
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
  return lab.during({ database: 'sqlite', environment }, (trial) => fault(set, trial));
}
