/** As many as the API gives at once. */
const PAGE = 100;

interface Page<T> {
  readonly edges: readonly { readonly node: T }[];
  readonly pageInfo: { readonly endCursor: string | null; readonly hasNextPage: boolean };
}

/** What a search finds, page after page, until there are so many. */
export async function* found<T>(
  most: number,
  ask: (page: { readonly first: number; readonly after: string | null }) => Promise<Page<T>>,
): AsyncGenerator<T> {
  let after: string | null = null;
  for (let left = most; left > 0;) {
    const { edges, pageInfo }: Page<T> = await ask({ first: Math.min(left, PAGE), after });
    for (const { node } of edges) yield node;
    if (!pageInfo.hasNextPage) return;
    left -= edges.length;
    after = pageInfo.endCursor;
  }
}

/** All of it at once. */
export async function allFound<T>(most: number, ask: Parameters<typeof found<T>>[1]): Promise<T[]> {
  const all: T[] = [];
  for await (const one of found(most, ask)) all.push(one);
  return all;
}
