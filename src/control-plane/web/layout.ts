import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

export const STYLE = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent); }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 70rem; padding: 1rem; }
nav a, h1 a { color: inherit; }
table { border-collapse: collapse; width: 100%; margin: 0.5rem 0 2rem; }
caption { text-align: left; font-weight: 600; padding: 0.5rem 0; }
th, td { text-align: left; padding: 0.35rem 0.75rem 0.35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
code { font: 0.9em ui-monospace, monospace; overflow-wrap: anywhere; }
pre { font: 0.85rem/1.45 ui-monospace, monospace; padding: 1rem; border: 1px solid var(--line); border-radius: 0.4rem; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
.state { font-weight: 600; }
.good { color: light-dark(#116329, #6fdd8b); }
.bad { color: light-dark(#a40e26, #ff938a); }
.system, .muted { color: light-dark(#57606a, #a0a8b0); }
`;

/** A whole page. `refreshSeconds` reloads it without any script; absent, it stays as it is. */
export function page(title: string, body: Html, refreshSeconds?: number): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        ${refreshSeconds ? html`<meta http-equiv="refresh" content="${refreshSeconds}" />` : ''}
        <title>${title} · Worker pools</title>
        <link rel="stylesheet" href="/style.css" />
        <link rel="icon" href="data:," />
      </head>
      <body>
        <header>
          <nav aria-label="Main"><a href="/">Worker pools</a></nav>
        </header>
        <main>${body}</main>
      </body>
    </html>`;
}

/** A moment, for people and for programs. */
export function moment(milliseconds: number): Html {
  const iso = new Date(milliseconds).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 19).replace('T', ' ')} UTC</time>`;
}
