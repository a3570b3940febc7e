/**
 * What the Pod of `helm test` runs with the Node.js of the control plane's image. It asks again for a while, because a
 * control plane that has just been installed takes a moment to serve. The certificate is not looked at: only tokens hold
 * the authority that signed it.
 */
export const RELEASE_TEST_SCRIPT = `\
const { URL: address, MQTT, API_KEY_ID: id, API_KEY_SECRET: secret } = process.env;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function ask(path, body) {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(address + path, body ? { method: 'POST', headers, body: JSON.stringify(body) } : {});
  if (!answer.ok) throw new Error(path + ' answers ' + answer.status);
  return answer;
}

function connect(target) {
  const [host, port] = target.split(':');
  return new Promise((resolve, reject) => {
    const socket = require('node:net').connect({ host, port, timeout: 5000 });
    socket.once('connect', () => resolve(socket.destroy()));
    socket.once('timeout', () => socket.destroy(new Error('no answer in 5 seconds')));
    socket.once('error', reject);
  });
}

const checks = {
  'the control plane answers': async () => {
    await ask('/healthz');
  },
  'the API key is taken': async () => {
    if (!id) return;
    const query = 'mutation($id: ID!, $secret: String!) { apiKeyUser(id: $id, secret: $secret) { jwt } }';
    const { data } = await (await ask('/graphql', { query, variables: { id, secret } })).json();
    if (!data?.apiKeyUser?.jwt) throw new Error('it is not the key that the control plane knows');
  },
  'the broker listens': async () => {
    if (MQTT) await connect(MQTT);
  },
};

async function test() {
  const deadline = Date.now() + 120000;
  for (const [fact, check] of Object.entries(checks)) {
    for (let why = 'unknown'; why !== undefined; ) {
      why = await check().then(() => undefined, (error) => error.cause?.message ?? error.message);
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
