import { setImmediate as turn } from 'node:timers/promises';

/** Entries of a list that are made into text at once. */
const SLICE = 100;

/** Characters that are made in one turn of the event loop: a few milliseconds of work. */
const TURN = 256 * 1024;

/** The same text as `JSON.stringify`, with the event loop let go round while a large answer is written. */
export async function jsonInSlices(value: object): Promise<string> {
  const done: string[] = [];
  let piece = '';
  for (const text of textOf(value)) {
    piece += text;
    if (piece.length < TURN) continue;
    done.push(piece);
    piece = '';
    await turn();
  }
  return [...done, piece].join('');
}

function* textOf(value: unknown): Generator<string> {
  if (Array.isArray(value)) yield* listText(value);
  else if (typeof value === 'object' && value !== null) yield* objectText(value);
  else yield JSON.stringify(value) ?? 'null';
}

function* listText(items: readonly unknown[]): Generator<string> {
  yield '[';
  if (items.length > SLICE) {
    for (let at = 0; at < items.length; at += SLICE) {
      yield (at > 0 ? ',' : '') + JSON.stringify(items.slice(at, at + SLICE)).slice(1, -1);
    }
  } else {
    for (const [at, item] of items.entries()) {
      if (at > 0) yield ',';
      yield* textOf(item);
    }
  }
  yield ']';
}

function* objectText(value: object): Generator<string> {
  let before = '{';
  for (const [name, each] of Object.entries(value) as [string, unknown][]) {
    if (each === undefined) continue;
    yield `${before}${JSON.stringify(name)}:`;
    yield* textOf(each);
    before = ',';
  }
  yield before === '{' ? '{}' : '}';
}
