import { pino } from 'pino';
import { Admission } from '../../../../src/control-plane/admission';
import { LogInTrail } from '../../../../src/control-plane/audit/log-ins';
import { Refusals } from '../../../../src/control-plane/audit/refusals';
import type { ApiKey } from '../../../../src/control-plane/identity/api-keys';
import { KeyFiles } from '../../../../src/control-plane/key-files';
import { WebSessions } from '../../../../src/control-plane/identity/web-sessions';
import { webRoutes } from '../../../../src/control-plane/web/routes';
import { openApiKeys } from '../../support/api-keys';
import type { TestQueue } from '../../support/queue';

export const KEY: ApiKey = { id: 'admin', secret: 'a secret of the test' };

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: FormData | string;
}

export type Reader = ReturnType<typeof readerOf>;

interface Sent {
  readonly admission?: Admission;
  /** Sends no key. @default false */
  readonly isAnonymous?: boolean;
}

/** One who reads the pages of a queue, without a server. @param key null: they are open to everybody */
export function readerOf(
  queue: TestQueue,
  key: ApiKey | null = null,
  { admission = new Admission(), isAnonymous = false }: Sent = {},
) {
  const { admin, folder, context } = queue;
  const { store } = context;
  const now = () => queue.now;
  const apiKeys = openApiKeys(KeyFiles.inDataFolder(folder), { given: key ?? undefined, store, now });
  const sessions = new WebSessions(store, apiKeys, now, new LogInTrail(queue.context));
  const isOpen = key === null;
  const app = webRoutes({
    ...{ admin, apiKeys, sessions, isOpen, admission },
    refusals: new Refusals(context),
    logger: pino({ level: 'silent' }),
  });
  const basic =
    key && !isAnonymous ? { Authorization: `Basic ${Buffer.from(`${key.id}:${key.secret}`).toString('base64')}` } : {};
  const ask = (path: string, init: Asked) => {
    const headers = new Headers({ Accept: 'text/html', ...basic });
    for (const [name, value] of Object.entries(init.headers ?? {})) headers.set(name, value);
    return app.request(path, { ...init, headers });
  };
  const told = async (response: Response) => ({
    status: response.status,
    text: (await response.text()).replace(/\s+/g, ' '),
  });
  return {
    ask,
    read: async (path: string) => told(await ask(path, {})),
    /** Sends a form, as a page of ours does where the headers do not say otherwise. */
    post: async (path: string, headers: Record<string, string> = {}) =>
      told(await ask(path, { method: 'POST', headers: { 'Sec-Fetch-Site': 'same-origin', ...headers } })),
  };
}
