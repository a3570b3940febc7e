import { html } from 'hono/html';
import { POOL_REQUEST_SUBJECT } from '../../../protocol/auth';
import { malformed } from '../../errors';
import { LIMIT } from '../../limits';
import type { Field } from './field';
import type { Values } from './values';

const NAME = 'certificateSigningRequest';

/** What a structure of ASN.1 begins with. */
const DER_SEQUENCE = 0x30;

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
    orFile: '.pem,.csr,.req,.txt',
    most: LIMIT.formBytes,
    beside: html`<div data-make-key="${NAME}" data-subject="${POOL_REQUEST_SUBJECT}"></div>`,
  };
}

/** @throws RequestError that says how to make a text of a file that is none */
export function signingRequestOf(values: Values): string {
  const file = values.binary(NAME);
  if (!file) return values.line(NAME);
  const shown = JSON.stringify(file.name.slice(0, 100));
  throw malformed(
    NAME,
    file.bytes[0] === DER_SEQUENCE
      ? `the file ${shown} is no text; it seems to hold a request in DER: \`openssl req -inform DER -in FILE -out request.pem\` makes PEM of it`
      : `the file ${shown} is no text: a certificate signing request in PEM begins with -----BEGIN CERTIFICATE REQUEST-----`,
  );
}
