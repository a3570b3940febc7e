/**
 * What the Pod of `helm test` runs with the Node.js of the controller's image, as the controller's ServiceAccount. Its
 * arguments are the release's namespace and the namespaces that are served; none of those means all. It asks again for
 * a while, because a controller that has just been installed takes a moment to lead.
 */
export const RELEASE_TEST_SCRIPT = `\
const [own, ...listed] = process.argv.slice(1);
const served = listed.length > 0 ? listed : [''];
const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port, LEADS, LEASE } = process.env;
const server = 'https://' + (host.includes(':') ? '[' + host + ']' : host) + ':' + port;
const token = require('node:fs').readFileSync('/var/run/secrets/kubernetes.io/serviceaccount/token', 'utf8');
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function ask(path, body) {
  const headers = { authorization: 'Bearer ' + token, 'content-type': 'application/json' };
  const request = body ? { method: 'POST', headers, body: JSON.stringify(body) } : { headers };
  const answer = await fetch(server + path, request);
  if (!answer.ok) throw new Error(path + ' answers ' + answer.status);
  return answer.json();
}

async function may(namespace, verb, group, resource) {
  const spec = { resourceAttributes: { namespace, verb, group, resource } };
  const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec };
  const { status } = await ask('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', review);
  if (!status.allowed) throw new Error('it may not ' + verb + ' ' + resource + ' in ' + (namespace || 'every namespace'));
}

async function renewal() {
  const leases = '/apis/coordination.k8s.io/v1/namespaces/' + own + '/leases/';
  const { spec } = await ask(leases + LEASE);
  if (!spec.holderIdentity) throw new Error('nobody holds the Lease');
  return spec.renewTime;
}

const checks = {
  'the CRDs of WorkerPool and Worker are served': async () => {
    const { resources } = await ask('/apis/workers.spacelift.io/v1beta1');
    const missing = ['workerpools', 'workers'].filter((name) => !resources.some((known) => known.name === name));
    if (missing.length > 0) throw new Error(missing.join(' and ') + ' not found');
  },
  'the controller may do its work': async () => {
    for (const namespace of served) {
      await may(namespace, 'list', 'workers.spacelift.io', 'workerpools');
      await may(namespace, 'create', 'workers.spacelift.io', 'workers');
      await may(namespace, 'create', '', 'pods');
      await may(namespace, 'get', '', 'secrets');
    }
  },
  'a replica of the controller leads': async () => {
    if (LEADS !== 'yes') return;
    const before = await renewal();
    await pause(5000);
    if ((await renewal()) === before) throw new Error('its Lease was not renewed for 5 seconds');
  },
};

async function test() {
  const deadline = Date.now() + 120000;
  for (const [fact, check] of Object.entries(checks)) {
    for (let why = 'unknown'; why !== undefined; ) {
      why = await check().then(() => undefined, (error) => error.message);
      if (why !== undefined && Date.now() > deadline) {
        console.error('FAILED: ' + fact + ': ' + why);
        process.exit(1);
      }
      if (why !== undefined) await pause(2000);
    }
    console.log('ok: ' + fact);
  }
}

test();
`;
