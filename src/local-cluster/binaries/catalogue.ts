import type { Platform } from '../platform';

export const VERSIONS = {
  // The newest kubelet that still runs on cgroup v1 is of 1.34.
  kubernetes: '1.34.4',
  etcd: '3.6.4',
  coredns: '1.12.4',
  tofu: '1.10.6',
  opa: '1.22.4',
  kind: '0.30.0',
  // The node that this version of kind was released with; another kind runs it, too.
  kindNode: 'v1.34.0@sha256:7416a61b42b1662ca6ca89f02028ac133a309a2a30ba309614e8ec94d976dc5a',
  kubeconform: '0.8.0',
  kubeScore: '1.20.0',
  chartTesting: '3.14.0',
  versitygw: '1.8.0',
} as const;

export interface Download {
  readonly url: string;
  /** The program inside a gzipped tar archive. @default - the download is the program itself */
  readonly member?: string;
  /** A published file with the SHA-256: of this download alone, or a list of `sum  file` lines. */
  readonly checksumUrl: string;
}

export interface Build {
  /** The folder below `go/` with the pinned go.mod and go.sum. */
  readonly module: string;
  /** The Go package of the program. */
  readonly package: string;
  readonly ldflags?: string;
  /** Measured on two idle cores, with nothing in Go's cache; busy ones take two to three times as long. */
  readonly minutes: number;
}

/** One program of the local cluster or of the checks: where it is published, and how it is built where that cannot be reached. */
export interface Binary {
  readonly name: string;
  readonly version: string;
  /** Undefined where none is published for the platform. */
  download(platform: Platform): Download | undefined;
  readonly build: Build;
}

const KUBERNETES_LDFLAGS = (() => {
  const [major, minor] = VERSIONS.kubernetes.split('.');
  const variable = 'k8s.io/component-base/version';
  // Without these the server calls itself v0.0.0, and clients mistake what it can do.
  return [`gitVersion=v${VERSIONS.kubernetes}`, `gitMajor=${major}`, `gitMinor=${minor}`]
    .map((value) => `-X ${variable}.${value}`)
    .join(' ');
})();

function kubernetes<N extends string>(name: N, minutes: number): Binary & { readonly name: N } {
  return {
    name,
    version: `v${VERSIONS.kubernetes}`,
    download: ({ os, arch }) => {
      if (os !== 'linux') return undefined;
      const url = `https://dl.k8s.io/release/v${VERSIONS.kubernetes}/bin/${os}/${arch}/${name}`;
      return { url, checksumUrl: `${url}.sha256` };
    },
    build: { module: 'kubernetes', package: `k8s.io/kubernetes/cmd/${name}`, ldflags: KUBERNETES_LDFLAGS, minutes },
  };
}

function release(repository: string, version: string, file: string, checksums: string, member?: string): Download {
  const folder = `https://github.com/${repository}/releases/download/v${version}`;
  return { url: `${folder}/${file}`, checksumUrl: `${folder}/${checksums}`, member };
}

const catalogue = {
  'kube-apiserver': kubernetes('kube-apiserver', 4),
  'kube-controller-manager': kubernetes('kube-controller-manager', 1),
  'kube-scheduler': kubernetes('kube-scheduler', 0.5),
  kubelet: kubernetes('kubelet', 1),
  'kube-proxy': kubernetes('kube-proxy', 0.5),
  etcd: {
    name: 'etcd',
    version: `v${VERSIONS.etcd}`,
    download: ({ os, arch }) => {
      if (os !== 'linux') return undefined;
      const folder = `etcd-v${VERSIONS.etcd}-${os}-${arch}`;
      return release('etcd-io/etcd', VERSIONS.etcd, `${folder}.tar.gz`, 'SHA256SUMS', `${folder}/etcd`);
    },
    build: { module: 'etcd', package: 'go.etcd.io/etcd/server/v3', minutes: 1 },
  },
  coredns: {
    name: 'coredns',
    version: `v${VERSIONS.coredns}`,
    download: ({ os, arch }) => {
      const file = `coredns_${VERSIONS.coredns}_${os}_${arch}.tgz`;
      return release('coredns/coredns', VERSIONS.coredns, file, `${file}.sha256`, 'coredns');
    },
    build: { module: 'coredns', package: 'github.com/coredns/coredns', minutes: 1 },
  },
  tofu: {
    name: 'tofu',
    version: `v${VERSIONS.tofu}`,
    download: ({ os, arch }) => {
      const file = `tofu_${VERSIONS.tofu}_${os}_${arch}.tar.gz`;
      return release('opentofu/opentofu', VERSIONS.tofu, file, `tofu_${VERSIONS.tofu}_SHA256SUMS`, 'tofu');
    },
    build: {
      module: 'opentofu',
      package: 'github.com/opentofu/opentofu/cmd/tofu',
      ldflags: '-X github.com/opentofu/opentofu/version.dev=no',
      minutes: 1.5,
    },
  },
  opa: {
    name: 'opa',
    version: `v${VERSIONS.opa}`,
    download: ({ os, arch }) => {
      const file = `opa_${os}_${arch}_static`;
      const isPublished = os === 'linux';
      return isPublished ? release('open-policy-agent/opa', VERSIONS.opa, file, `${file}.sha256`) : undefined;
    },
    build: { module: 'opa', package: 'github.com/open-policy-agent/opa', minutes: 1 },
  },
  kind: {
    name: 'kind',
    version: `v${VERSIONS.kind}`,
    download: ({ os, arch }) => {
      const file = `kind-${os}-${arch}`;
      return release('kubernetes-sigs/kind', VERSIONS.kind, file, `${file}.sha256sum`);
    },
    build: { module: 'kind', package: 'sigs.k8s.io/kind', minutes: 0.5 },
  },
  kubeconform: {
    name: 'kubeconform',
    version: `v${VERSIONS.kubeconform}`,
    download: ({ os, arch }) => {
      const file = `kubeconform-${os}-${arch}.tar.gz`;
      return release('yannh/kubeconform', VERSIONS.kubeconform, file, 'CHECKSUMS', 'kubeconform');
    },
    build: {
      module: 'kubeconform',
      package: 'github.com/yannh/kubeconform/cmd/kubeconform',
      minutes: 0.2,
    },
  },
  'kube-score': {
    name: 'kube-score',
    version: `v${VERSIONS.kubeScore}`,
    download: ({ os, arch }) => {
      const file = `kube-score_${VERSIONS.kubeScore}_${os}_${arch}`;
      return release('zegl/kube-score', VERSIONS.kubeScore, file, 'checksums.txt');
    },
    build: { module: 'kube-score', package: 'github.com/zegl/kube-score/cmd/kube-score', minutes: 0.5 },
  },
  'chart-testing': {
    name: 'chart-testing',
    version: `v${VERSIONS.chartTesting}`,
    download: ({ os, arch }) => {
      const file = `chart-testing_${VERSIONS.chartTesting}_${os}_${arch}.tar.gz`;
      return release('helm/chart-testing', VERSIONS.chartTesting, file, 'checksums.txt', 'ct');
    },
    build: { module: 'chart-testing', package: 'github.com/helm/chart-testing/v3/ct', minutes: 0.2 },
  },
  versitygw: {
    name: 'versitygw',
    version: `v${VERSIONS.versitygw}`,
    download: ({ os, arch }) => {
      const folder = `versitygw_v${VERSIONS.versitygw}_${os === 'linux' ? 'Linux' : 'Darwin'}_${arch === 'amd64' ? 'x86_64' : arch}`;
      const member = `${folder}/versitygw`;
      return release('versity/versitygw', VERSIONS.versitygw, `${folder}.tar.gz`, 'checksums.txt', member);
    },
    build: {
      module: 'versitygw',
      package: 'github.com/versity/versitygw/cmd/versitygw',
      ldflags: `-X main.Version=${VERSIONS.versitygw}`,
      minutes: 1,
    },
  },
} satisfies Record<string, Binary>;

export type BinaryName = keyof typeof catalogue;

export const CATALOGUE: Readonly<Record<BinaryName, Binary>> = catalogue;

/** The file name in the cache: a new version or another platform never meets an old file. */
export function cacheName(binary: Binary, platform: Platform): string {
  return `${binary.name}-${binary.version}-${platform.os}-${platform.arch}`;
}
