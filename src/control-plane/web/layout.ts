import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

/** A whole page. `refreshSeconds` reloads it without any script; null leaves it as it is. */
export function page(title: string, body: Html, refreshSeconds: number | null = null): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        ${refreshSeconds === null ? '' : html`<meta http-equiv="refresh" content="${refreshSeconds}" />`}
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

/** Says that the page renews itself, with a way out for those whom that disturbs. */
export function refreshNote(refreshSeconds: number | null): Html {
  return refreshSeconds === null
    ? html`<p class="muted small">As it was when the page was opened. <a href="?">Renew it by itself</a></p>`
    : html`<p class="muted small">
        Renewed every ${refreshSeconds} seconds. <a href="?refresh=off">Keep it still</a>
      </p>`;
}

export function errorPage(title: string, message: string): Html {
  return page(
    title,
    html`<h1>${title}</h1>
      <p>${message}</p>`,
  );
}
