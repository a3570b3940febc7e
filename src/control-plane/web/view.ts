import { createHash } from 'node:crypto';
import { visibleLines } from '../../text/visible';
import type { Html } from './html';

/** What a page shows of the control plane, apart from what surrounds it. */
export interface View {
  readonly title: string;
  /** In their order. Those with a name are made anew when what they show changes. */
  readonly parts: readonly Part[];
  /** What it is made of: `pool/ID`, `stack/ID`, `run/ID`, or `*` for everything. */
  readonly shows: readonly string[];
}

export interface Part {
  readonly region?: string;
  readonly content: Html | string;
}

/** A view as text. */
export interface Rendered {
  readonly title: string;
  readonly parts: readonly { readonly region?: string; readonly content: string }[];
  /** The same text has the same. */
  readonly version: string;
}

/** What runs and names hold of control characters becomes visible, colours go. */
export async function rendered({ title, parts }: View): Promise<Rendered> {
  const texts = await Promise.all(
    parts.map(async (part) => ({ ...part, content: visibleLines(String(await part.content)) })),
  );
  const live = texts.filter(({ region }) => region !== undefined);
  return {
    title: visibleLines(title),
    parts: texts,
    version: versionOf([title, ...live.map(({ content }) => content)]),
  };
}

function versionOf(texts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(texts)).digest('base64url').slice(0, 16);
}

/** The regions of a view that are not what somebody has already; all of them for one who has none. */
export function changedRegions(before: Rendered | undefined, now: Rendered): Record<string, string> {
  const had = new Map(before?.parts.map(({ region, content }) => [region, content]));
  return Object.fromEntries(
    now.parts.flatMap(({ region, content }) =>
      region !== undefined && had.get(region) !== content ? [[region, content]] : [],
    ),
  );
}
