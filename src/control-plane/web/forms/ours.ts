/** What anybody else is told. */
export const NOT_FROM_HERE = 'The form was not sent by a page of this control plane, so nothing was done.';

/**
 * Whether a form was sent by a page of ours: browsers say so by `Sec-Fetch-Site`, and where they do not (no TLS), by the
 * `Origin` that every form has.
 */
export function isFromOurPage(header: (name: string) => string | undefined): boolean {
  const site = header('Sec-Fetch-Site');
  if (site !== undefined) return site === 'same-origin';
  const origin = header('Origin');
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === header('Host');
}
