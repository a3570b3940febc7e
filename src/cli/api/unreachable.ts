/** Why an address gave no answer, and what to do about it. */
export function whyUnreachable(url: string, error: Error & { readonly code?: string }): string {
  const code = error.code ?? '';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `${url} has a certificate for other names (${error.message}): use one of them, or start the control plane with --tls-san`;
  }
  if (/EXPIRED|NOT_YET_VALID/.test(code)) {
    return `${url} has a certificate that is not valid today (${code}): restart the control plane, or check this machine's clock`;
  }
  if (/CERT|SIGNED|VERIFY/.test(code)) {
    return `${url} cannot be reached: ${code} (give its authority with --ca)`;
  }
  if (url.startsWith('http:') && (code === 'ECONNRESET' || code.startsWith('HPE_'))) {
    return `${url} does not answer in plain HTTP (${code}): does it want https://?`;
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) {
    return `${url} does not speak TLS (${code}): does it want http://, or does another program listen there?`;
  }
  return `${url} cannot be reached: ${code || error.message}`;
}
