import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { CATALOGUE, cacheName, VERSIONS, type Binary } from '../../../src/local-cluster/binaries/catalogue';

/** A published file of sums, beside the program. */
const CHECKSUM = /(\.sha256(sum)?|SHA256SUMS|CHECKSUMS|checksums\.txt)$/;
const linux = { os: 'linux', arch: 'amd64' } as const;
const modules = fileURLToPath(new URL('../../../src/local-cluster/binaries/go', import.meta.url));
const binaries: Binary[] = Object.values(CATALOGUE);
/** The Go module of each folder, and which of our versions it is pinned to. */
const pins = {
  kubernetes: ['k8s.io/kubernetes', VERSIONS.kubernetes],
  etcd: ['go.etcd.io/etcd/server/v3', VERSIONS.etcd],
  coredns: ['github.com/coredns/coredns', VERSIONS.coredns],
  opentofu: ['github.com/opentofu/opentofu', VERSIONS.tofu],
  opa: ['github.com/open-policy-agent/opa', VERSIONS.opa],
  kind: ['sigs.k8s.io/kind', VERSIONS.kind],
  kubeconform: ['github.com/yannh/kubeconform', VERSIONS.kubeconform],
  'kube-score': ['github.com/zegl/kube-score', VERSIONS.kubeScore],
  'chart-testing': ['github.com/helm/chart-testing/v3', VERSIONS.chartTesting],
  versitygw: ['github.com/versity/versitygw', VERSIONS.versitygw],
} as const;

describe('the catalogue of programs', () => {
  test.each([
    ['kube-apiserver', `https://dl.k8s.io/release/v${VERSIONS.kubernetes}/bin/linux/amd64/kube-apiserver`, undefined],
    [
      'etcd',
      `https://github.com/etcd-io/etcd/releases/download/v${VERSIONS.etcd}/etcd-v${VERSIONS.etcd}-linux-amd64.tar.gz`,
      `etcd-v${VERSIONS.etcd}-linux-amd64/etcd`,
    ],
    [
      'coredns',
      `https://github.com/coredns/coredns/releases/download/v${VERSIONS.coredns}/coredns_${VERSIONS.coredns}_linux_amd64.tgz`,
      'coredns',
    ],
    [
      'tofu',
      `https://github.com/opentofu/opentofu/releases/download/v${VERSIONS.tofu}/tofu_${VERSIONS.tofu}_linux_amd64.tar.gz`,
      'tofu',
    ],
    [
      'opa',
      `https://github.com/open-policy-agent/opa/releases/download/v${VERSIONS.opa}/opa_linux_amd64_static`,
      undefined,
    ],
    ['kind', `https://github.com/kubernetes-sigs/kind/releases/download/v${VERSIONS.kind}/kind-linux-amd64`, undefined],
    [
      'kubeconform',
      `https://github.com/yannh/kubeconform/releases/download/v${VERSIONS.kubeconform}/kubeconform-linux-amd64.tar.gz`,
      'kubeconform',
    ],
    [
      'kube-score',
      `https://github.com/zegl/kube-score/releases/download/v${VERSIONS.kubeScore}/kube-score_${VERSIONS.kubeScore}_linux_amd64`,
      undefined,
    ],
    [
      'chart-testing',
      `https://github.com/helm/chart-testing/releases/download/v${VERSIONS.chartTesting}/chart-testing_${VERSIONS.chartTesting}_linux_amd64.tar.gz`,
      'ct',
    ],
    [
      'versitygw',
      `https://github.com/versity/versitygw/releases/download/v${VERSIONS.versitygw}/versitygw_v${VERSIONS.versitygw}_Linux_x86_64.tar.gz`,
      `versitygw_v${VERSIONS.versitygw}_Linux_x86_64/versitygw`,
    ],
  ] as const)('%s is published at %s', (name, url, member) => {
    expect(CATALOGUE[name].download(linux)).toEqual({ url, member, checksumUrl: expect.stringMatching(CHECKSUM) });
  });

  test('names no download of the Kubernetes servers for macOS, as none is published', () => {
    expect(CATALOGUE['kube-apiserver'].download({ os: 'darwin', arch: 'arm64' })).toBeUndefined();
  });

  test.each(binaries.map((binary) => [binary.name, binary] as const))(
    'the module that %s is built from is committed with its sums and names the program as a tool',
    (_name, { build }) => {
      const goMod = readFileSync(join(modules, build.module, 'go.mod'), 'utf8');
      const tools = [...goMod.matchAll(/^(?:tool |\t)(\S+)$/gm)].map(([, path]) => path);
      expect(tools).toContain(build.package);
      expect(existsSync(join(modules, build.module, 'go.sum'))).toBe(true);
    },
  );

  test.each(Object.entries(pins))('%s is built in the version that is downloaded', (folder, [module, version]) => {
    const goMod = readFileSync(join(modules, folder, 'go.mod'), 'utf8');
    expect(goMod).toMatch(
      new RegExp(`^\\s+${module.replaceAll('.', '\\.')} v${version.replaceAll('.', '\\.')}( |$)`, 'm'),
    );
  });

  test('the node of kind is of the same minor version of Kubernetes', () => {
    const [major, minor] = VERSIONS.kubernetes.split('.');
    expect(VERSIONS.kindNode).toMatch(new RegExp(`^v${major}\\.${minor}\\.\\d+@sha256:[0-9a-f]{64}$`));
  });

  test('an API server built here calls itself by its version', () => {
    const { ldflags } = CATALOGUE['kube-apiserver'].build;
    expect(ldflags).toContain(`version.gitVersion=v${VERSIONS.kubernetes}`);
    expect(ldflags).toContain('version.gitMajor=1');
  });

  test('another version or platform has another file in the cache', () => {
    const { etcd } = CATALOGUE;
    const names = [
      cacheName(etcd, linux),
      cacheName(etcd, { os: 'linux', arch: 'arm64' }),
      cacheName({ ...etcd, version: 'v9' }, linux),
    ];
    expect(new Set(names).size).toBe(3);
  });
});
