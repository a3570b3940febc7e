/** Resolves once there is something to see; fails after a generous time instead of hanging. */
export async function until<T>(look: () => T, what: string): Promise<NonNullable<Exclude<Awaited<T>, false | ''>>> {
  const end = performance.now() + 60_000;
  for (;;) {
    const found = await look();
    if (found) return found as NonNullable<Exclude<Awaited<T>, false | ''>>;
    if (performance.now() > end) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
