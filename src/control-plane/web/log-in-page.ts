import { html } from 'hono/html';
import { Values } from './forms/values';
import type { Html } from './html';
import { page } from './layout';

/** Where somebody wanted to go, as far as that is a page here. */
export function pathOfOurs(text: string | undefined): string {
  const here = 'http://here.invalid';
  if (text === undefined || !text.startsWith('/') || !URL.canParse(text, here)) return '/';
  const { origin, pathname, search } = new URL(text, here);
  // A browser takes // for the beginning of a host.
  const isHere = origin === here && !pathname.startsWith('//') && !/^\/log(in|out)$/.test(pathname);
  return isHere ? `${pathname}${search}` : '/';
}

interface LogIn {
  /** Where one goes then. */
  readonly to: string;
  readonly id?: string;
  readonly problem?: string;
  /** What a form was filled in with that was sent once the session had ended. @default - none was */
  readonly kept?: Values;
}

export function logInPage({ to, id = '', problem, kept }: LogIn): Html {
  return page(
    'Log in',
    html`<h1>Log in</h1>
      ${problem === undefined ? '' : html`<p class="card notice bad" role="alert">${problem}</p>`}
      <form method="post" action="/login" class="card">
        <input type="hidden" name="to" value="${to}" />
        ${kept?.entries().map(([name, value]) => keptInput(name, value))}
        <div class="field">
          <label for="id">Id of the API key</label>
          <input
            id="id"
            name="id"
            value="${id}"
            required
            autocomplete="username"
            autocapitalize="none"
            spellcheck="false"
            ${id === '' ? 'autofocus' : ''}
          />
        </div>
        <div class="field">
          <label for="secret">Secret, or token of its issuer</label>
          <input
            id="secret"
            name="secret"
            type="password"
            required
            autocomplete="current-password"
            ${id === '' ? '' : 'autofocus'}
          />
        </div>
        <p class="actions"><button class="button primary">Log in</button></p>
      </form>`,
  );
}

/** What a form that waits for the log-in has in front of its names. */
const KEPT = 'kept.';

/** An end of a line that comes first stays: it is no text area. */
const keptInput = (name: string, value: string): Html =>
  html`<input type="hidden" name="${KEPT}${name}" value="${value}" />`;

/** What was kept, where anything was. */
export function keptOf(form: URLSearchParams): Values | undefined {
  const all = [...form].filter(([name]) => name.startsWith(KEPT));
  if (all.length === 0) return undefined;
  return Values.of(all.map(([name, value]) => [name.slice(KEPT.length), value.replaceAll('\r\n', '\n')] as const));
}
