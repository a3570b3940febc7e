/** Whether one of these texts has the wanted one in it, in whatever case. */
export function mentions(texts: readonly string[], wanted: string | null | undefined): boolean {
  const lower = (wanted ?? '').trim().toLowerCase();
  return texts.some((text) => text.toLowerCase().includes(lower));
}
