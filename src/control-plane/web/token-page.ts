import { html } from 'hono/html';
import { stringify } from 'yaml';
import { credentialsSecret } from '../../protocol/pool-secret';
import type { Pool } from '../admin/pool-admin';
import type { Html } from './html';

/** What stands for the private key, which the control plane never has, until a script that made it puts it in. */
const PLACEHOLDER = 'BASE64_OF_THE_PRIVATE_KEY_PEM';

/** The token of a pool, and how it gets into a cluster. */
export function tokenPage(pool: Pool): Html {
  const { id, name, config } = pool;
  const metadata = { name: secretName(name), namespace: 'default' };
  const manifest = stringify(credentialsSecret(metadata, config, PLACEHOLDER));
  const [before = '', after = ''] = manifest.split(PLACEHOLDER);
  return html`<h1>Token of pool ${name}</h1>
    <p>
      A cluster that is to work for this pool needs a Secret of two parts: this token, and the private key of the
      signing request. Without the key the token proves nothing. Whoever may see it finds it here again.
    </p>
    <div class="made-here card" hidden>
      <p><strong>The private key was made in this page and is nowhere else.</strong> Keep it before you leave.</p>
      <p class="actions" data-private-key></p>
    </div>
    <h2>Secret</h2>
    <p class="actions"><span data-copy="manifest" data-what="the Secret"></span><span data-save="manifest"></span></p>
    <pre
      class="card token"
      id="manifest"
      tabindex="0"
    >${before}<span data-key-base64>${PLACEHOLDER}</span>${after}</pre>
    <p>
      <code>kubectl apply -f secret.yaml</code> puts it into the cluster. Another name or namespace? Change both in the
      manifest; the WorkerPool refers to the Secret by its name.
    </p>
    <h2>By hand</h2>
    <p class="actions">
      <a class="button" href="/pools/${id}/token.txt" download="token">Download the token</a
      ><span data-copy="token" data-what="the token"></span>
    </p>
    <pre class="card token" id="token" tabindex="0">${config}</pre>
    <pre class="card" tabindex="0">
base64 -w0 private-key.pem > private-key.base64
kubectl create secret generic ${metadata.name} --namespace ${metadata.namespace} --from-file=token=token --from-file=privateKey=private-key.base64</pre>
    <p><a href="/pools/${id}">To the pool</a></p>`;
}

/** One that Kubernetes takes, and that a shell takes as it is. */
function secretName(pool: string): string {
  const name = pool
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
    .replace(/^-+|-+$/g, '');
  return name === '' ? 'worker-pool' : name;
}
