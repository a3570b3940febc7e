import { describe, expect, it } from '@jest/globals';
import { generatedControlPlane, OUTSIDE } from './support';

const chart = generatedControlPlane();

/** What the person reads after `helm install ops --namespace tools`. */
async function notes(values: object): Promise<string> {
  const { text } = await chart.dryInstall(values);
  return text.slice(text.indexOf('NOTES:'));
}

describe('after an installation', () => {
  it('one reads what to wait for, where the API key lies, and to back the volume up', async () => {
    const text = await notes({});
    expect(text).toContain('rollout status statefulset/ops-worker-pools-control-plane');
    expect(text).toContain('exec ops-worker-pools-control-plane-0 -- cat /var/lib/worker-pools/admin-key.json');
    expect(text).toContain('exec ops-worker-pools-control-plane-0 -- cat /var/lib/worker-pools/ca.crt > ca.crt');
    expect(text).toContain('back it up');
  });

  it('one is warned of an address that nobody outside reaches', async () => {
    expect(await notes({})).toContain('WARNING: without publicUrl');
    const url = { publicUrl: 'https://pools.example.com' };
    expect(await notes(url)).toContain('WARNING: nothing of this release is reachable from outside');
    expect(await notes({ ...url, externalHttps: { type: 'LoadBalancer' } })).not.toContain('WARNING');
    expect(await notes({ ...url, ingress: { enabled: true } })).not.toContain('WARNING');
  });

  it('of replicas one reads of Secrets, and of no volume', async () => {
    const text = await notes({ ...OUTSIDE, replicas: 3 });
    expect(text).toContain('rollout status deployment/ops-worker-pools-control-plane');
    expect(text).toContain(String.raw`get secret keys --output 'jsonpath={.data.admin-key\.json}'`);
    expect(await notes({ apiKey: { existingSecret: 'api-key' } })).toContain('The API key is in the Secret api-key.');
    expect(text).toContain(String.raw`get secret keys --output 'jsonpath={.data.ca\.crt}'`);
    expect(text).not.toContain('back it up');
    expect(text).not.toContain('exec');
  });

  it('one reads of helm test only where there is one', async () => {
    expect(await notes({})).toContain('helm test ops --namespace tools');
    expect(await notes({ tests: { enabled: false } })).not.toContain('helm test');
  });

  it.each([
    ['nothing set', {}],
    ['replicas', { ...OUTSIDE, replicas: 3 }],
    ['TLS ended elsewhere', { tls: { enabled: false }, mqtt: { enabled: false }, publicUrl: 'https://a.example' }],
  ])('nothing stands between the paragraphs but one empty line, with %s', async (_, values) => {
    expect(await notes(values)).not.toMatch(/\n\n\n|\{\{|<no value>/);
  });
});
