import { Refusal } from '../messages';
import { ProtocolError } from '../session';

/** By code; the last two are messages of the MQTT client, whose errors have none. */
const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'its name is not known to the DNS',
  EAI_AGAIN: 'the DNS does not answer',
  ETIMEDOUT: 'it does not answer in time',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer in time',
  UND_ERR_HEADERS_TIMEOUT: 'it does not answer in time',
  UND_ERR_BODY_TIMEOUT: 'it stopped in the middle of an answer',
  ECONNRESET: 'it closed the connection',
  UND_ERR_SOCKET: 'it closed the connection',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'its answer is larger than any of a control plane',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to it',
  'connack timeout': 'it does not answer in time',
  'Keepalive timeout': 'it does not answer in time',
};

/** Codes of Node's TLS layer and of OpenSSL for a certificate that is not to be trusted. */
const CERTIFICATE =
  /^(CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_CERT|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|ERR_SSL_|ERR_TLS_)/;

/** Alerts of the other side about the certificate that we present: that of the pool. */
const OWN_CERTIFICATE =
  /^ERR_SSL_[\w/]+_ALERT_(CERTIFICATE_\w+|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|NO_CERTIFICATE)$/;

/** What a failed connection means for people. The endpoint is named, no secret is. */
export function causeOfFailure(error: unknown, endpoint: string): ProtocolError {
  if (error instanceof ProtocolError) return error;
  const { code } = rootOf(error);
  if (OWN_CERTIFICATE.test(code)) {
    return new ProtocolError(
      'rejected',
      `${endpoint} refuses the certificate of the pool (${code}): it was deleted or reset, or the broker is of another control plane`,
      false,
    );
  }
  if (CERTIFICATE.test(code)) {
    return new ProtocolError(
      'certificate',
      `the certificate of the control plane at ${endpoint} is not trusted (${code}): is the token from this control plane, and is the address in it right?`,
      true,
    );
  }
  return new ProtocolError(
    'unreachable',
    `the control plane at ${endpoint} cannot be reached: ${whyUnreachable(error)}`,
    true,
  );
}

/** Why a connection failed, whoever is at its other end. */
export function whyUnreachable(error: unknown): string {
  const { code, message } = rootOf(error);
  if (CERTIFICATE.test(code)) return `its certificate is not trusted (${code})`;
  return UNREACHABLE[code] ?? UNREACHABLE[message] ?? (message || code || 'the connection failed');
}

/** The same of a host that is no control plane, without its name. */
export function causeOfHost(error: unknown): string {
  const { code, message } = rootOf(error);
  if (CERTIFICATE.test(code)) {
    return `its certificate is not trusted (${code}): name a file with its authority in NODE_EXTRA_CA_CERTS, or mount it where those of the pool are`;
  }
  return UNREACHABLE[code] ?? (message || code || 'the connection failed');
}

/** The error of an answer that is a refusal, or that is no answer of a control plane at all. */
export function causeOfRefusal(status: number, body: unknown, endpoint: string): ProtocolError {
  const parsed = Refusal.safeParse(body);
  if (!parsed.success) {
    if (status === 502 || status === 503 || status === 504) {
      return new ProtocolError(
        'unreachable',
        `the control plane at ${endpoint} is not available: the proxy answers ${status}`,
        true,
      );
    }
    return new ProtocolError(
      'protocol',
      `${endpoint} answers ${status}, but not as a control plane does: is the address right?`,
      true,
    );
  }
  return causeOfCode(parsed.data, endpoint);
}

function causeOfCode({ code, message, retryAfterSeconds = 0 }: Refusal, endpoint: string): ProtocolError {
  switch (code) {
    case 'unauthorized':
      return new ProtocolError(
        'rejected',
        `the control plane at ${endpoint} refuses the credentials of the pool: ${message}`,
        false,
      );
    case 'fenced':
    case 'already-started':
      return new ProtocolError('fenced', message, false);
    case 'superseded':
      return new ProtocolError('superseded', message, true);
    case 'not-found':
      return new ProtocolError('not-found', message, false);
    case 'malformed':
    case 'too-large':
    case 'upload-lost':
    case 'conflict':
      return new ProtocolError('protocol', message, false);
    case 'timeout':
    case 'too-many-requests':
    case 'unavailable':
    case 'internal':
    case 'no-space':
      return new ProtocolError('unreachable', message, true, retryAfterSeconds * 1000);
  }
}

/** Errors of connections lie inside others, sometimes several (one for each address tried). */
function rootOf(error: unknown): { code: string; message: string } {
  let current = error as { code?: unknown; message?: unknown; cause?: unknown; errors?: unknown[] } | undefined;
  let found = { code: '', message: '' };
  for (let depth = 0; current && depth < 5; depth++) {
    found = {
      code: typeof current.code === 'string' ? current.code : found.code,
      message: typeof current.message === 'string' && current.message ? current.message : found.message,
    };
    current = (current.cause ?? current.errors?.[0]) as typeof current;
  }
  return found;
}
