import { createServer as createTlsServer } from 'node:https';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { Authority } from '../../src/control-plane/pki/authority';
import { KeyFiles } from '../../src/control-plane/key-files';
import { removeFolder, temporaryFolder } from './folder';
import { eventually, kube, kubeOk } from './kube';

const API = '/apis/admissionregistration.k8s.io/v1';

/** What is asked for admission: `pods`, or Workers. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly sample: object;
}

export const POD_RESOURCE: Resource = {
  group: '',
  version: 'v1',
  plural: 'pods',
  sample: { apiVersion: 'v1', kind: 'Pod', spec: { containers: [{ name: 'probe', image: 'probe' }] } },
};
export const WORKER_RESOURCE: Resource = {
  group: 'workers.spacelift.io',
  version: 'v1beta1',
  plural: 'workers',
  sample: { apiVersion: 'workers.spacelift.io/v1beta1', kind: 'Worker', spec: {} },
};

/** Webhooks and policies that hold for the creation of objects in one namespace. */
export class Admission {
  private readonly undo: (() => Promise<void>)[] = [];

  constructor(private readonly namespace: string) {}

  /** A policy of the API server's own language; the result takes its binding away. */
  async policy(resource: Resource, expression: string, message: string): Promise<() => Promise<void>> {
    const name = `${this.namespace}-${resource.plural}`;
    await this.put('validatingadmissionpolicies', {
      metadata: { name },
      kind: 'ValidatingAdmissionPolicy',
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: { resourceRules: [rule(resource)] },
        validations: [{ expression, message }],
      },
    });
    return this.put('validatingadmissionpolicybindings', {
      metadata: { name },
      kind: 'ValidatingAdmissionPolicyBinding',
      spec: { policyName: name, validationActions: ['Deny'], matchResources: { namespaceSelector: this.selector } },
    });
  }

  /** A webhook that must be asked; the result takes it away. `port`: where it is, or should be. */
  async webhook(resource: Resource, port: number, caBundle?: string): Promise<() => Promise<void>> {
    return this.put('validatingwebhookconfigurations', {
      metadata: { name: `${this.namespace}-${resource.plural}` },
      kind: 'ValidatingWebhookConfiguration',
      webhooks: [
        {
          name: 'admission.example.com',
          admissionReviewVersions: ['v1'],
          sideEffects: 'None',
          failurePolicy: 'Fail',
          timeoutSeconds: 2,
          namespaceSelector: this.selector,
          clientConfig: { url: `https://127.0.0.1:${port}/`, ...(caBundle && { caBundle }) },
          rules: [rule(resource)],
        },
      ],
    });
  }

  /** Waits until the API server has heard of what was made, or taken away. */
  async untilRefused(resource: Resource, refused = true): Promise<void> {
    const prefix = resource.group ? `/apis/${resource.group}` : '/api';
    const path = `${prefix}/${resource.version}/namespaces/${this.namespace}/${resource.plural}?dryRun=All`;
    await eventually(async () => {
      const { status } = await kube('POST', path, { ...resource.sample, metadata: { name: 'probe' } });
      if (status >= 400 !== refused) throw new Error(`the probe was answered ${status}`);
    });
  }

  async end(): Promise<void> {
    for (const undo of this.undo.splice(0)) await undo();
  }

  private get selector(): object {
    return { matchLabels: { 'kubernetes.io/metadata.name': this.namespace } };
  }

  private async put(
    plural: string,
    body: { readonly kind: string; readonly metadata: { readonly name: string }; readonly [field: string]: unknown },
  ): Promise<() => Promise<void>> {
    await kubeOk('POST', `${API}/${plural}`, { apiVersion: 'admissionregistration.k8s.io/v1', ...body });
    const undo = async (): Promise<void> => void (await kube('DELETE', `${API}/${plural}/${body.metadata.name}`));
    this.undo.push(undo);
    return undo;
  }
}

function rule({ group, version, plural }: Resource): object {
  return { apiGroups: [group], apiVersions: [version], operations: ['CREATE'], resources: [plural] };
}

export interface Webhook {
  readonly port: number;
  /** Base64 of its authority's certificate. */
  readonly caBundle?: string;
  close(): Promise<void>;
}

/** Nobody listens at its port. */
export async function deadWebhook(): Promise<Webhook> {
  const webhook = await listening(createServer());
  await webhook.close();
  return { port: webhook.port, close: () => Promise.resolve() };
}

/** Takes connections and never answers. */
export async function hangingWebhook(): Promise<Webhook> {
  return listening(createServer());
}

/** Says no to everything, with no code of its own. */
export async function denyingWebhook(message: string): Promise<Webhook> {
  const folder = temporaryFolder();
  const authority = await Authority.open(KeyFiles.inDataFolder(folder), () => Date.now());
  const { certificate, key } = await authority.issueServer(['127.0.0.1']);
  const server = createTlsServer({ cert: certificate, key }, (request, response) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      const { uid } = (JSON.parse(text) as { request: { uid: string } }).request;
      const answer = { uid, allowed: false, status: { message } };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: answer }));
    });
  });
  const webhook = await listening(server);
  removeFolder(folder);
  return { ...webhook, caBundle: Buffer.from(authority.certificatePem).toString('base64') };
}

async function listening(server: Server): Promise<Webhook> {
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
