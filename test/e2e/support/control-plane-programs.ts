/** How the programs of a control plane are called, so that nothing listens on or talks to any address but loopback. */

export interface Ports {
  readonly etcd: number;
  readonly etcdPeers: number;
  readonly apiServer: number;
}

const loopback = (port: number, scheme = 'http'): string => `${scheme}://127.0.0.1:${port}`;

/** The files of a control plane's folder that its programs read. */
export const fileNames = {
  authority: 'ca.crt',
  serverCert: 'server.crt',
  serverKey: 'server.key',
  tokens: 'tokens.csv',
  accountKey: 'service-accounts.key',
  accountPublicKey: 'service-accounts.pub',
  /** The kubeconfig of an administrator. */
  admin: 'admin.kubeconfig',
} as const;

/** Arguments of etcd. Nothing is kept for later, so nothing is written through to the disk. */
export const etcdArgs = ({ etcd, etcdPeers }: Ports): readonly string[] => [
  '--data-dir=etcd',
  `--listen-client-urls=${loopback(etcd)}`,
  `--advertise-client-urls=${loopback(etcd)}`,
  `--listen-peer-urls=${loopback(etcdPeers)}`,
  `--initial-advertise-peer-urls=${loopback(etcdPeers)}`,
  `--initial-cluster=default=${loopback(etcdPeers)}`,
  '--unsafe-no-fsync',
  '--log-level=warn',
];

/**
 * Arguments of kube-apiserver: RBAC and the admission plugins that it has by itself. It looks for the log of a container at the
 * node's `Hostname`, so that nodes may have any invented InternalIP.
 */
export const apiServerArgs = ({ etcd, apiServer }: Ports): readonly string[] => [
  `--etcd-servers=${loopback(etcd)}`,
  '--bind-address=127.0.0.1',
  '--advertise-address=127.0.0.1',
  `--secure-port=${apiServer}`,
  `--tls-cert-file=${fileNames.serverCert}`,
  `--tls-private-key-file=${fileNames.serverKey}`,
  '--cert-dir=.',
  `--client-ca-file=${fileNames.authority}`,
  `--token-auth-file=${fileNames.tokens}`,
  '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
  `--service-account-key-file=${fileNames.accountPublicKey}`,
  `--service-account-signing-key-file=${fileNames.accountKey}`,
  '--service-cluster-ip-range=10.96.0.0/12',
  '--authorization-mode=Node,RBAC',
  '--endpoint-reconciler-type=none',
  '--kubelet-preferred-address-types=Hostname',
  `--kubelet-certificate-authority=${fileNames.authority}`,
  '--allow-privileged=true',
  '--profiling=false',
];

/**
 * Arguments of kube-controller-manager. It serves nothing itself.
 * @param graceSeconds how long a node may be silent before it is called lost
 */
export const controllerManagerArgs = (graceSeconds: number): readonly string[] => [
  `--node-monitor-grace-period=${graceSeconds}s`,
  `--kubeconfig=${fileNames.admin}`,
  '--bind-address=127.0.0.1',
  '--secure-port=0',
  '--leader-elect=false',
  `--service-account-private-key-file=${fileNames.accountKey}`,
  `--root-ca-file=${fileNames.authority}`,
  '--kube-api-qps=500',
  '--kube-api-burst=1000',
];

/** Arguments of kube-scheduler. It serves nothing itself. */
export const schedulerArgs: readonly string[] = [
  `--kubeconfig=${fileNames.admin}`,
  '--bind-address=127.0.0.1',
  '--secure-port=0',
  '--leader-elect=false',
  '--kube-api-qps=500',
  '--kube-api-burst=1000',
];
