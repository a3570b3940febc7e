import { setImmediate as turn } from 'node:timers/promises';

/** What is made into text in one turn of the event loop: a few milliseconds of work. */
const SLICE = 1000;

/** The same text as `JSON.stringify`, with the event loop let go round while long lists are written. */
export async function jsonInSlices(value: object): Promise<string> {
  const parts: string[] = [];
  for (const [name, each] of Object.entries(value) as [string, unknown][]) {
    const text = Array.isArray(each) && each.length > SLICE ? await listInSlices(each) : JSON.stringify(each);
    if (text !== undefined) parts.push(`${JSON.stringify(name)}:${text}`);
  }
  return `{${parts.join(',')}}`;
}

async function listInSlices(items: readonly unknown[]): Promise<string> {
  const parts: string[] = [];
  for (let at = 0; at < items.length; at += SLICE) {
    parts.push(JSON.stringify(items.slice(at, at + SLICE)).slice(1, -1));
    await turn();
  }
  return `[${parts.join(',')}]`;
}
