import { connect } from 'node:tls';
import { ProxyError } from '../../network/tunnel';

/** How long it may take to find out whether an address speaks TLS. */
const PROBE_MS = 5_000;

/** What the system says of a way that leads nowhere. */
const NO_WAY: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'its name is not known here',
  EAI_AGAIN: 'its name is not known here',
  ETIMEDOUT: 'nobody answers there',
  EHOSTUNREACH: 'no way leads there',
  ENETUNREACH: 'no way leads there',
  ECONNRESET: 'it ended the connection without an answer',
  EPIPE: 'it ended the connection without an answer',
};

/** What OpenSSL says of an answer that is no TLS at all. */
const NOT_TLS = /wrong.version.number|packet.length.too.long|http.request|unknown.protocol/i;

/** Why an address gave no answer, and what to do about it. */
export async function whyUnreachable(url: string, error: Error & { readonly code?: string }): Promise<string> {
  if (error instanceof ProxyError) return `${url} cannot be reached: ${error.message}`;
  const code = error.code ?? '';
  return (
    whyNotTrusted(url, code, error.message) ??
    (await whyOtherProtocol(url, code, error.message)) ??
    `${url} cannot be reached: ${NO_WAY[code] === undefined ? code || error.message : `${NO_WAY[code]} (${code})`}`
  );
}

function whyNotTrusted(url: string, code: string, message: string): string | undefined {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `${url} has a certificate for other names (${message}): use one of them, or start the control plane with --tls-san`;
  }
  if (/EXPIRED|NOT_YET_VALID/.test(code)) {
    return `${url} has a certificate that is not valid today (${code}): restart the control plane, or check this machine's clock`;
  }
  if (/CERT|SIGNED|VERIFY/.test(code)) {
    return `${url} cannot be reached: ${code} (give its authority with --ca)`;
  }
  return undefined;
}

async function whyOtherProtocol(url: string, code: string, message: string): Promise<string | undefined> {
  if (url.startsWith('http:')) {
    const isGarbled = code.startsWith('HPE_');
    if (!isGarbled && code !== 'ECONNRESET') return undefined;
    return (await wantsTls(url)) ?? (isGarbled ? `${url} answers, but not in HTTP (${code})` : undefined);
  }
  if (code !== 'EPROTO' && !code.startsWith('ERR_SSL_')) return undefined;
  return NOT_TLS.test(`${code} ${message}`)
    ? `${url} answers, but not in TLS: does it want http://, or does another program listen there?`
    : `${url} cannot be reached: TLS fails (${message.trim()})`;
}

/** A question, where an address that was asked in plain HTTP proves to speak TLS. */
export async function wantsTls(url: string): Promise<string | undefined> {
  if (!url.startsWith('http:') || !(await speaksTls(new URL(url)))) return undefined;
  return `${url} speaks TLS, and no plain HTTP: does it want https://?`;
}

function speaksTls({ hostname, port }: URL): Promise<boolean> {
  // Nothing is sent or believed: whether there is a handshake is all that is asked.
  const host = hostname.replace(/^\[|\]$/g, '');
  const socket = connect({ host, port: Number(port || 80), rejectUnauthorized: false, timeout: PROBE_MS });
  return new Promise<boolean>((resolve) => {
    socket.once('secureConnect', () => resolve(true));
    socket.once('timeout', () => resolve(false));
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  }).finally(() => socket.destroy());
}
