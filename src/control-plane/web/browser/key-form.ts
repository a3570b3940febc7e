import { showAnswer } from './answer';
import { button, copyButton, element, saveButton } from './elements';
import { KEY_KINDS, makeSigningRequest, type KeyKind, type MadeKey } from './signing-request';

/** The key that was made in this page. It goes nowhere but where its owner puts it. */
let made: MadeKey | undefined;
let isKept = true;

addEventListener('beforeunload', (event) => {
  if (!isKept) event.preventDefault();
});

/** Adds what needs a script to a page, or to what has become its content. */
export function enhance(root: ParentNode): void {
  for (const place of root.querySelectorAll<HTMLElement>('[data-make-key]')) offerKey(place);
  for (const place of root.querySelectorAll<HTMLElement>('[data-copy]')) {
    const { copy = '', what = '' } = place.dataset;
    place.append(copyButton(`Copy ${what}`, () => textOf(copy)));
  }
  const key = made;
  if (!key) return;
  keepFrom(root);
  for (const place of root.querySelectorAll('[data-key-base64]')) place.textContent = btoa(key.privateKeyPem);
  for (const place of root.querySelectorAll<HTMLElement>('[data-private-key]')) {
    place.append(...keyButtons(key));
    place.parentElement!.hidden = false;
  }
  for (const place of root.querySelectorAll<HTMLElement>('[data-save]')) {
    place.append(saveButton('Download the Secret', 'secret.yaml', () => textOf(place.dataset.save ?? '', true)));
  }
}

/** A form that comes on the way to the token, such as a log-in, is sent from here, too, or the key would be gone. */
function keepFrom(root: ParentNode): void {
  for (const form of root.querySelectorAll<HTMLFormElement>('form[method="post"]')) {
    if (form.querySelector('[data-make-key]')) continue;
    const said = element('p', { role: 'status', className: 'small' });
    form.append(said);
    form.addEventListener('submit', (event) => {
      if (isKept) return;
      event.preventDefault();
      void send(form, said);
    });
  }
}

function textOf(id: string, isKeeping = false): string {
  const place = document.getElementById(id);
  if (isKeeping || place?.querySelector('[data-key-base64]')) isKept = true;
  return place?.textContent ?? '';
}

function keyButtons({ privateKeyPem }: MadeKey): HTMLElement[] {
  const text = () => {
    isKept = true;
    return privateKeyPem;
  };
  return [saveButton('Download the private key', 'private-key.pem', text), copyButton('Copy the private key', text)];
}

/** Makes key and request in the browser, and sends the form from here, so that the key is still there for its token. */
function offerKey(place: HTMLElement): void {
  const { makeKey = '', subject = '' } = place.dataset;
  const request = document.getElementById(makeKey) as HTMLTextAreaElement;
  const form = request.form!;
  if (!('subtle' in crypto)) {
    place.append(element('p', { className: 'muted small', textContent: 'Over HTTPS, this page could make both.' }));
    return;
  }
  const kinds = element('select', { id: 'key-kind' });
  for (const { kind, label } of KEY_KINDS) kinds.append(element('option', { value: kind, textContent: label }));
  const said = element('p', { role: 'status', className: 'small' });
  const keys = element('p', { className: 'actions' });
  const make = button('Make key and request here', () => {
    make.disabled = true;
    said.textContent = 'The key is being made …';
    void makeSigningRequest(kinds.value as KeyKind, subject).then(
      (key) => {
        [made, isKept] = [key, false];
        request.value = key.requestPem;
        // A chosen file would count.
        const file = document.getElementById(`${makeKey}File`);
        if (file instanceof HTMLInputElement) file.value = '';
        keys.replaceChildren(...keyButtons(key));
        said.textContent =
          'Key and request are made. The private key stays in this page: keep it now, or with the Secret that you are shown next.';
        make.disabled = false;
      },
      () => {
        said.textContent = 'This browser could not make the key.';
        make.disabled = false;
      },
    );
  });
  const row = element('p', { className: 'actions' });
  row.append(element('label', { htmlFor: kinds.id, textContent: 'or of a new key:' }), kinds, make);
  place.append(row, said, keys);
  if (made && request.value.trim() === made.requestPem.trim()) keys.replaceChildren(...keyButtons(made));
  form.addEventListener('submit', (event) => {
    if (made && request.value.trim() === made.requestPem.trim()) {
      event.preventDefault();
      void send(form, said);
    } else {
      made = undefined;
      isKept = true;
    }
  });
}

async function send(form: HTMLFormElement, said: HTMLElement): Promise<void> {
  if (form.dataset.sent !== undefined) return;
  form.dataset.sent = '';
  try {
    const body = form.enctype === 'multipart/form-data' ? new FormData(form) : urlEncoded(form);
    const { redirected, url, ...answer } = await answerOf(form.action, body);
    showAnswer(answer.text, redirected ? url : undefined, enhance);
  } catch {
    delete form.dataset.sent;
    said.textContent = 'The control plane was not reached: try again. What was done already is not done twice.';
  }
}

async function answerOf(url: string, body: FormData | URLSearchParams) {
  const answer = await fetch(url, { method: 'POST', headers: { Accept: 'text/html' }, body });
  return { redirected: answer.redirected, url: answer.url, text: await answer.text() };
}

const urlEncoded = (form: HTMLFormElement): URLSearchParams =>
  new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, typeof value === 'string' ? value : '']));
