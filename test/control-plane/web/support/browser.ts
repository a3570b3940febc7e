import type { ApiKey } from '../../../../src/control-plane/identity/api-keys';
import { readerOf, type Reader } from './reader';

/** Somebody with a browser, which keeps cookies and says where forms come from. */
export class TestBrowser {
  /** As it sends it. */
  cookie = '';

  constructor(readonly reader: Reader) {}

  ask(path: string, headers: Readonly<Record<string, string>> = {}, form?: Readonly<Record<string, string>>) {
    const ours = { ...(this.cookie && { Cookie: this.cookie }), 'Sec-Fetch-Mode': 'navigate', ...headers };
    if (!form) return this.reader.ask(path, { headers: ours });
    const body = new URLSearchParams(form).toString();
    const type = 'application/x-www-form-urlencoded';
    return this.reader.ask(path, {
      method: 'POST',
      headers: { 'Sec-Fetch-Site': 'same-origin', 'Content-Type': type, ...ours },
      body,
    });
  }

  async read(path: string): Promise<string> {
    return (await (await this.ask(path)).text()).replace(/\s+/g, ' ');
  }

  /** Sends a form, and keeps the cookie that comes with the answer. */
  async send(path: string, form: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}) {
    const response = await this.ask(path, headers, form);
    const [cookie = ''] = (response.headers.get('Set-Cookie') ?? '').split(';');
    if (cookie !== '') this.cookie = cookie.endsWith('=') ? '' : cookie;
    return {
      status: response.status,
      location: response.headers.get('Location'),
      setCookie: response.headers.get('Set-Cookie'),
      text: (await response.text()).replace(/\s+/g, ' '),
    };
  }

  logIn({ id, secret }: Pick<ApiKey, 'id'> & { readonly secret: string | null }, to = '/') {
    return this.send('/login', { id, secret: secret ?? '', to });
  }
}

/** @param reads whether everybody may look */
export const browserOf = (...queue: Parameters<typeof readerOf>): TestBrowser => new TestBrowser(readerOf(...queue));
