import { html, raw } from 'hono/html';
import type { Right } from '../identity/rights';
import type { Html } from './html';
import type { Rendered } from './view';
import type { Viewer } from './viewer';

/** Where a page hears of what changes. */
export interface Live {
  /** Path of its stream. */
  readonly stream: string;
  /** What the page has: the first `Last-Event-ID`. */
  readonly last: string;
}

/** What surrounds what a page shows. */
export interface Surroundings {
  /** Who is led only where they may go. @default - where everybody may */
  readonly viewer?: Viewer | undefined;
  /** @default - it stays as it is */
  readonly live?: Live;
}

/** Where one gets from everywhere. */
const PLACES: readonly (readonly [path: string, name: string, right: Right])[] = [
  ['/stacks', 'Stacks', 'stack:read'],
  ['/modules', 'Modules', 'stack:read'],
  ['/runs', 'Runs', 'stack:read'],
  ['/webhooks', 'Webhooks', 'webhook:read'],
  ['/vcs-agent-pools', 'VCS agents', 'vcs-agent-pool:read'],
  ['/keys', 'Keys', 'key:read'],
  ['/audit', 'Audit trail', 'audit:read'],
];

/** A whole page. */
export function page(title: string, body: Html, { viewer, live }: Surroundings = {}): Html {
  const places = PLACES.filter(([, , right]) => viewer?.may(right) ?? false);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · Worker pools</title>
        <link rel="stylesheet" href="/style.css" />
        <script src="/script.js" defer></script>
        <link rel="icon" href="data:," />
      </head>
      <body ${live ? html`data-stream="${live.stream}" data-last="${live.last}"` : ''}>
        <a class="skip" href="#main">To the content</a>
        <header>
          <nav aria-label="Main">
            <a href="/"><strong>Worker pools</strong></a>
            ${places.map(([path, name]) => html` <a href="${path}">${name}</a>`)} ${viewer ? whoHtml(viewer) : ''}
          </nav>
        </header>
        <main id="main" tabindex="-1">
          ${body}
          ${live ? html`<noscript><p class="muted small">Reload the page to see what is new.</p></noscript>` : ''}
        </main>
        <p id="connection" class="card notice bad" role="status" hidden></p>
      </body>
    </html>`;
}

/** Who is logged in, and the way out or in. */
function whoHtml({ caller, session }: Viewer): Html {
  if (!caller) return html`<span class="who"><a href="/login">Log in</a></span>`;
  const who = html`<a href="/account">${caller.name} <span class="muted">${caller.role}</span></a>`;
  return html`<span class="who"
    >${who}${
      session ? html`<form method="post" action="/logout"><button class="button">Log out</button></form>` : ''
    }</span
  >`;
}

/** A view with what surrounds it. Its texts are escaped already. */
export function viewPage({ title, parts }: Rendered, surroundings: Surroundings): Html {
  return page(
    title,
    html`${parts.map(({ region, content }) =>
      region === undefined ? raw(content) : html`<div data-region="${region}">${raw(content)}</div>`,
    )}`,
    surroundings,
  );
}

export function errorPage(title: string, message: string, surroundings: Surroundings = {}): Html {
  return page(
    title,
    html`<h1>${title}</h1>
      <p>${message}</p>
      <p><a href="/">To the pools and runs</a></p>`,
    surroundings,
  );
}
