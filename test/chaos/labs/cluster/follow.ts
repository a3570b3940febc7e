import { Agent, get } from 'node:https';
import { createInterface } from 'node:readline';
import type { ApiServer } from '../../../support/api-server.start';
import { kubeOk } from '../../../support/kube';
import { sleep } from '../../../support/waiting';

const AGAIN_MS = 100;

interface Named {
  readonly metadata: { readonly name: string; readonly uid?: string; readonly resourceVersion?: string };
}

/**
 * Tells of every object of a collection as long as the signal allows, whatever becomes of the API server meanwhile; of one that
 * is gone with `true`.
 */
export async function follow<T extends Named>(
  server: ApiServer,
  path: string,
  onChange: (object: T, gone: boolean) => void,
  signal: AbortSignal,
): Promise<void> {
  const agent = new Agent({ ca: server.ca, cert: server.certificate, key: server.privateKey });
  const known = new Map<string, T>();
  const tell = (object: T, gone: boolean) => {
    const uid = object.metadata.uid ?? '';
    if (gone) known.delete(uid);
    else known.set(uid, object);
    onChange(object, gone);
  };
  while (!signal.aborted) {
    try {
      const list = await kubeOk<{ metadata: { resourceVersion: string }; items: T[] }>('GET', path, undefined, server);
      const listed = new Set(list.items.map(({ metadata }) => metadata.uid));
      for (const object of [...known.values()]) if (!listed.has(object.metadata.uid)) tell(object, true);
      for (const object of list.items) tell(object, false);
      const url = new URL(`${path}?watch=1&resourceVersion=${list.metadata.resourceVersion}`, server.url);
      await watch<T>(url, agent, tell, signal);
    } catch {
      await sleep(AGAIN_MS, undefined, { signal }).catch(() => undefined);
    }
  }
  agent.destroy();
}

/** Until the stream ends or breaks. */
function watch<T>(url: URL, agent: Agent, tell: (object: T, gone: boolean) => void, signal: AbortSignal) {
  return new Promise<void>((resolve, reject) => {
    const request = get(url, { agent, signal }, (response) => {
      const lines = createInterface({ input: response });
      lines.on('line', (line) => {
        const { type, object } = JSON.parse(line) as { type: string; object: T };
        if (type === 'ERROR') response.destroy();
        else if (type !== 'BOOKMARK') tell(object, type === 'DELETED');
      });
      // What breaks the answer off is told of it, too.
      lines.on('error', reject);
      response.on('error', reject).on('close', resolve);
    });
    request.on('error', reject);
  });
}
