import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PAUSE_IMAGE } from '../images/system-images';
import { NODE, type NodeLayout } from './layout';

/** Writes the configuration files of containerd, the CNI, kubelet and kube-proxy. */
export function writeConfigFiles(layout: NodeLayout): void {
  for (const folder of ['log', 'cni', 'kubelet', 'etcd', 'containerd']) {
    mkdirSync(join(layout.folder, folder), { recursive: true });
  }
  const write = (file: string, text: string): void => writeFileSync(join(layout.folder, file), text);
  write('containerd.toml', containerdConfig(layout));
  write('cni/10-bridge.conflist', json(cniConfig()));
  write('kubelet.yaml', json(kubeletConfig(layout)));
  write('kube-proxy.yaml', json(kubeProxyConfig(layout)));
  write('resolv.conf', resolverConfig());
}

function containerdConfig({ folder }: NodeLayout): string {
  // Debian's folder first; others, and containerd's own packages, use /opt.
  const plugins = ['/usr/lib/cni', '/opt/cni/bin'].find((path) => existsSync(join(path, 'bridge'))) ?? '/usr/lib/cni';
  return `version = 2
root = "${folder}/containerd"
state = "/run/containerd"
[grpc]
  address = "${NODE.containerdSocket}"
[plugins."io.containerd.internal.v1.opt"]
  path = "${folder}/containerd/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
  # The machine may itself be a container that must not lower the value.
  restrict_oom_score_adj = true
[plugins."io.containerd.grpc.v1.cri".cni]
  bin_dir = "${plugins}"
  conf_dir = "${folder}/cni"
`;
}

function cniConfig(): object {
  return {
    cniVersion: '0.4.0',
    name: 'worker-pools',
    plugins: [
      {
        type: 'bridge',
        bridge: NODE.bridge,
        isGateway: true,
        ipMasq: true,
        hairpinMode: true,
        ipam: {
          type: 'host-local',
          // Below /run, which is new at every start: no Pod outlives the node, so no address is taken then.
          dataDir: '/run/cni',
          ranges: [[{ subnet: NODE.podNetwork }]],
          routes: [{ dst: '0.0.0.0/0' }],
        },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  };
}

function kubeletConfig({ folder, pki, cgroup }: NodeLayout): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    failSwapOn: false,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${cgroup}`,
    cgroupsPerQOS: true,
    enforceNodeAllocatable: [],
    containerRuntimeEndpoint: `unix://${NODE.containerdSocket}`,
    authentication: {
      anonymous: { enabled: false },
      x509: { clientCAFile: `${pki}/ca.crt` },
      webhook: { enabled: true },
    },
    authorization: { mode: 'Webhook' },
    // A laptop's disk is often nearly full; the usual thresholds would empty the node.
    evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
    // Images that were made here cannot be pulled again.
    imageGCHighThresholdPercent: 100,
    clusterDNS: [NODE.dnsService],
    clusterDomain: 'cluster.local',
    resolvConf: `${folder}/resolv.conf`,
    volumePluginDir: `${folder}/kubelet/volume-plugins`,
    // One machine, few Pods: what changed on the machine is worth telling at once.
    nodeStatusUpdateFrequency: '4s',
    serializeImagePulls: false,
  };
}

function kubeProxyConfig({ name, pki }: NodeLayout): object {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'iptables',
    clientConnection: { kubeconfig: `${pki}/kube-proxy.kubeconfig` },
    clusterCIDR: NODE.podNetwork,
    hostnameOverride: name,
    // The table belongs to the machine; a node in a namespace must not resize it.
    conntrack: { maxPerCore: 0, min: 0 },
  };
}

/** The machine's name servers as Pods can reach them: a stub on the machine's loopback is not there for them. */
export function resolverConfig(read: (path: string) => string | undefined = readIfThere): string {
  const files = ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf'].map((path) => read(path) ?? '');
  const lines = files
    .map((text) => text.split('\n').filter((line) => /^nameserver\s/.test(line) && !/\s(127\.|::1)/.test(line)))
    .find((found) => found.length > 0);
  return `${(lines ?? []).join('\n')}\n`;
}

function readIfThere(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
