import { html } from 'hono/html';
import { POOL_REQUEST_SUBJECT } from '../../../protocol/auth';
import type { Field } from './field';
import { fileOf } from './values';

const NAME = 'certificateSigningRequest';

/** Where a pool's signing request is given, or made with its key by a script. */
export function signingRequestField(): Field {
  return {
    name: NAME,
    label: 'Certificate signing request (PEM)',
    kind: 'lines',
    rows: 8,
    hint: html`As
      <code>openssl req -new -newkey rsa:4096 -nodes -keyout private-key.pem -subj /CN=${POOL_REQUEST_SUBJECT}</code>
      makes it. The private key stays with you.`,
    beside: html`<label for="${fileOf(NAME)}">or its file</label>
      <input type="file" id="${fileOf(NAME)}" name="${fileOf(NAME)}" accept=".pem,.csr,.req,.txt" />
      <div data-make-key="${NAME}" data-subject="${POOL_REQUEST_SUBJECT}"></div>`,
  };
}
