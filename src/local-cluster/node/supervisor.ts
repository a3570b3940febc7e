import type { BinaryName } from '../binaries';
import { NODE, type NodeLayout } from './layout';

/** The Kubernetes programs that run beside containerd. */
export const NODE_BINARIES = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
  'kube-proxy',
  'coredns',
] as const satisfies readonly BinaryName[];

/** Folders of the machine that the node mounts its own over; made where they are missing. */
export const MOUNT_POINTS = ['/var/lib/cni', '/var/lib/kubelet'];

export type NodePrograms = Readonly<Record<(typeof NODE_BINARIES)[number], string>>;

/**
 * The script that is process 1 of the node. It sees the machine's files, but has mounts, processes and a network of its
 * own, and everything in it ends with it: no mount, interface, packet filter rule or shim is left on the machine.
 */
export function supervisorScript(layout: NodeLayout, programs: NodePrograms): string {
  const services = Object.entries(commands(layout, programs))
    .map(([name, command]) => `keep ${name} ${command.map(quote).join(' ')} &`)
    .join('\n');
  return `#!/bin/sh
# Process 1 of the node "${layout.name}"; written anew at each start.
set -eu
log=${quote(layout.logs)}
# Containers get their mounts from here, and nothing of it reaches the machine.
mount --make-rshared /
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/lock /run/containerd ${MOUNT_POINTS.join(' ')}
mount -t tmpfs tmpfs /var/lib/cni
mount --bind ${quote(`${layout.folder}/kubelet`)} /var/lib/kubelet
mount --bind "$log" /var/log

keep() {
  name=$1; shift
  while :; do
    "$@" >>"$log/$name.log" 2>&1 && code=0 || code=$?
    echo "$name ended with exit code $code; starting it again" >>"$log/$name.log"
    sleep 1
  done
}

${services}
wait
`;
}

/** The command line of each program, by the name of its log file. */
export function commands(layout: NodeLayout, programs: NodePrograms): Readonly<Record<string, readonly string[]>> {
  const { folder, pki, nodeAddress, name } = layout;
  const etcd = 'http://127.0.0.1:2379';
  const flags = (values: Readonly<Record<string, string>>): string[] =>
    Object.entries(values).map(([flag, value]) => `--${flag}=${value}`);
  return {
    containerd: ['containerd', '-c', `${folder}/containerd.toml`],
    etcd: [
      programs.etcd,
      ...flags({
        'data-dir': `${folder}/etcd`,
        // The loopback of the node's own network: neither Pods nor the machine can reach it.
        'listen-client-urls': etcd,
        'advertise-client-urls': etcd,
        'listen-peer-urls': 'http://127.0.0.1:2380',
      }),
    ],
    'kube-apiserver': [
      programs['kube-apiserver'],
      ...flags({
        'etcd-servers': etcd,
        'advertise-address': nodeAddress,
        'bind-address': '0.0.0.0',
        'secure-port': String(NODE.apiPort),
        'client-ca-file': `${pki}/ca.crt`,
        'tls-cert-file': `${pki}/apiserver.crt`,
        'tls-private-key-file': `${pki}/apiserver.key`,
        'service-account-key-file': `${pki}/service-accounts.pub`,
        'service-account-signing-key-file': `${pki}/service-accounts.key`,
        'service-account-issuer': 'https://kubernetes.default.svc.cluster.local',
        'authorization-mode': 'Node,RBAC',
        'enable-admission-plugins': 'NodeRestriction',
        'service-cluster-ip-range': NODE.serviceNetwork,
        'allow-privileged': 'true',
        'kubelet-preferred-address-types': 'InternalIP',
        'kubelet-client-certificate': `${pki}/admin.crt`,
        'kubelet-client-key': `${pki}/admin.key`,
      }),
    ],
    'kube-controller-manager': [
      programs['kube-controller-manager'],
      ...flags({
        kubeconfig: `${pki}/controller-manager.kubeconfig`,
        'service-account-private-key-file': `${pki}/service-accounts.key`,
        'root-ca-file': `${pki}/ca.crt`,
        'use-service-account-credentials': 'true',
        'leader-elect': 'false',
        'bind-address': '127.0.0.1',
        'flex-volume-plugin-dir': `${folder}/kubelet/volume-plugins`,
      }),
    ],
    'kube-scheduler': [
      programs['kube-scheduler'],
      ...flags({ kubeconfig: `${pki}/scheduler.kubeconfig`, 'leader-elect': 'false', 'bind-address': '127.0.0.1' }),
    ],
    kubelet: [
      programs.kubelet,
      ...flags({
        config: `${folder}/kubelet.yaml`,
        kubeconfig: `${pki}/kubelet.kubeconfig`,
        'hostname-override': name,
        'node-ip': nodeAddress,
      }),
    ],
    'kube-proxy': [programs['kube-proxy'], ...flags({ config: `${folder}/kube-proxy.yaml` })],
  };
}

/** As one word of a POSIX shell. */
function quote(word: string): string {
  return /^[\w./:=,@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
