import type { EtcdFiles } from '../calico/etcd-files.ts';
import type { EtcdCause } from '../calico/etcd.ts';
import type { Install } from '../model/install.ts';
import type { Remedy } from '../model/remedy.ts';

const secretOf = (namespace: string, name: string): readonly string[] => [
  words.certificates,
  `kubectl -n ${namespace} get secret ${name} -o jsonpath='{.data.etcd-cert}' | base64 -d | openssl x509 -noout -subject -issuer -enddate`,
  `kubectl -n ${namespace} create secret generic ${name} --from-file=etcd-key=client.key --from-file=etcd-cert=client.crt --from-file=etcd-ca=ca.crt --dry-run=client -o yaml | kubectl apply -f -`,
];

const placeOf = (namespace: string, daemonSet: string): readonly string[] => [
  words.place,
  `kubectl -n ${namespace} get daemonset ${daemonSet} -o jsonpath='{range .spec.template.spec.volumes[*]}{.name}{" "}{.secret.secretName}{.hostPath.path}{"\\n"}{end}'`,
];

const folderOf = (nodes: readonly string[], path: string): readonly string[] => [
  ...nodes
    .slice(0, 3)
    .flatMap((node) => [
      `# on ${node}: are the client's certificate, its key and the CA there, and the same as on a node that works?`,
      `sudo ls -l ${path}`,
      `sudo sh -c 'for file in ${path}/*; do echo "$file"; openssl x509 -noout -subject -issuer -enddate -in "$file" 2>/dev/null; done'`,
    ]),
  words.copy(path),
];

const endpointsOf = (namespace: string): readonly string[] => [
  `kubectl -n ${namespace} get configmap calico-config -o jsonpath='{.data.etcd_endpoints}{"\\n"}'`,
  `kubectl -n ${namespace} patch configmap calico-config --type merge -p '{"data":{"etcd_endpoints":"https://ADDRESS:2379"}}'`,
];

function stepsFor(
  { cause, endpoints, files, nodes }: EtcdFault,
  namespace: string,
  daemonSet: string,
): readonly string[] {
  const health = `ETCDCTL_API=3 etcdctl --endpoints=${endpoints || 'ADDRESS:2379'} --cacert=ca.crt --cert=client.crt --key=client.key endpoint status -w table`;
  switch (cause) {
    case 'certificate-file':
    case 'tls':
    case 'credentials':
      return files?.kind === 'node'
        ? folderOf(nodes, files.path)
        : [
            ...(files ? [] : placeOf(namespace, daemonSet)),
            ...secretOf(namespace, files?.name ?? usualSecret),
          ];
    case 'no-endpoints':
      return endpointsOf(namespace);
    case 'no-space':
      return [words.onMember, health, ...words.compact];
    case 'no-leader':
      return [words.onMember, health, words.members];
    case 'refused':
    case 'no-answer':
      return [words.onMember, health, words.firewall, ...endpointsOf(namespace).slice(0, 1)];
  }
}

const usualSecret = 'calico-etcd-secrets';

export interface EtcdFault {
  readonly cause: EtcdCause;
  readonly endpoints: string;
  readonly files: EtcdFiles | null;
  readonly nodes: readonly string[];
}

function titleOf({ cause, files }: EtcdFault): string {
  if (cause !== 'certificate-file') return words.titles[cause];
  if (!files) return words.files;
  return files.kind === 'node' ? words.folder(files.path) : words.secret(files.name);
}

/** What brings etcd back for Calico, by what is wrong with it. etcd itself is not in the API: much of it is work on its members. */
export function repairEtcd(install: Install, fault: EtcdFault): Remedy {
  const { cause } = fault;
  const namespace = install.namespace ?? 'kube-system';
  const daemonSet = install.daemonSet ?? 'calico-node';
  // A container in back-off reads files of its node anew by itself.
  const isOfNode = cause === 'certificate-file' && fault.files?.kind === 'node';
  const isOurs = cause !== 'no-space' && cause !== 'no-leader' && !isOfNode;
  return {
    id: 'repair-etcd',
    title: titleOf(fault),
    action: 'manual',
    risk: isOurs ? 'restarts-pods' : 'none',
    changes: [],
    consequences: [words.consequence],
    manual: [
      ...stepsFor(fault, namespace, daemonSet),
      ...(isOurs ? [`kubectl -n ${namespace} rollout restart daemonset/${daemonSet}`] : []),
    ],
  };
}

const words = {
  titles: {
    tls: 'Give Calico certificates that match those of etcd',
    'no-space': "Free etcd's space and take its alarm back",
    'no-leader': 'Bring the members of etcd together again',
    credentials: 'Give Calico a certificate or user that etcd lets in',
    'no-endpoints': 'Set the endpoints of etcd',
    refused: 'Bring etcd back, or correct its endpoints',
    'no-answer': 'Open the way to etcd',
  } satisfies Record<Exclude<EtcdCause, 'certificate-file'>, string>,
  files: 'Put the right certificate files where calico-node reads them',
  place:
    '# where do the files come from? What one node alone lacks is in a folder of that node; a Secret would fail on all of them',
  secret: (name: string): string => `Put the right files into the Secret ${name}`,
  folder: (path: string): string => `Put the right files into ${path} on the node`,
  copy: (path: string): string =>
    `# the tool that made the cluster puts them there (Kubespray: calico_datastore: etcd in its inventory, and run it again); else take them from ${path} of a node that works`,
  consequence: 'calico-node tries again by itself; running pods keep their network meanwhile.',
  certificates:
    '# is the client certificate still valid, and is its issuer the CA that etcd trusts? Take the files from the etcd that runs now',
  onMember: '# where etcd runs, or where its client certificates are:',
  compact: [
    "rev=$(ETCDCTL_API=3 etcdctl endpoint status --write-out=json | grep -oE '\"revision\":[0-9]+' | grep -oE '[0-9]+' | head -1)",
    'ETCDCTL_API=3 etcdctl compact "$rev"',
    '# defrag blocks the member: one after the other, the leader last',
    'ETCDCTL_API=3 etcdctl defrag',
    'ETCDCTL_API=3 etcdctl alarm disarm',
  ],
  members: '# more than half of the members must run and reach one another (TCP 2380)',
  firewall: '# from the affected nodes TCP 2379 must be open to every endpoint',
};
