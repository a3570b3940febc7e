import { request as plain } from 'node:http';
import { request as encrypted } from 'node:https';

/** What a ServiceMonitor says of how to scrape. */
export interface Endpoint {
  readonly scheme: 'http' | 'https';
  readonly path: string;
  readonly tlsConfig?: { readonly insecureSkipVerify?: boolean };
  readonly bearerTokenFile?: string;
}

/** Where Prometheus' Pod has the token of its ServiceAccount. */
export const TOKEN_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/** What Prometheus does by the endpoint, at this port: it finds the token nowhere but in the file of its Pod. */
export function scrape(
  { scheme, path, tlsConfig, bearerTokenFile }: Endpoint,
  port: number | undefined,
  token: string,
): Promise<{ status?: number; text: string }> {
  const headers: Record<string, string> = bearerTokenFile === TOKEN_FILE ? { authorization: `Bearer ${token}` } : {};
  const options = { host: '127.0.0.1', port, path, headers };
  return new Promise((resolve, reject) => {
    const request =
      scheme === 'https'
        ? encrypted({ ...options, rejectUnauthorized: tlsConfig?.insecureSkipVerify !== true })
        : plain(options);
    request.on('error', reject).on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('error', reject).on('end', () => resolve({ status: response.statusCode, text }));
    });
    request.end();
  });
}
