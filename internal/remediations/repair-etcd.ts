import type { EtcdCause } from '../calico/etcd.ts';
import type { Install } from '../model/install.ts';
import type { Remedy } from '../model/remedy.ts';

const secretOf = (namespace: string): readonly string[] => [
  `kubectl -n ${namespace} get secret calico-etcd-secrets -o jsonpath='{.data.etcd-cert}' | base64 -d | openssl x509 -noout -subject -issuer -enddate`,
  `kubectl -n ${namespace} create secret generic calico-etcd-secrets --from-file=etcd-key=client.key --from-file=etcd-cert=client.crt --from-file=etcd-ca=ca.crt --dry-run=client -o yaml | kubectl apply -f -`,
];

const endpointsOf = (namespace: string): readonly string[] => [
  `kubectl -n ${namespace} get configmap calico-config -o jsonpath='{.data.etcd_endpoints}{"\\n"}'`,
  `kubectl -n ${namespace} patch configmap calico-config --type merge -p '{"data":{"etcd_endpoints":"https://ADDRESS:2379"}}'`,
];

function stepsFor(cause: EtcdCause, namespace: string, endpoints: string): readonly string[] {
  const health = `ETCDCTL_API=3 etcdctl --endpoints=${endpoints || 'ADDRESS:2379'} --cacert=ca.crt --cert=client.crt --key=client.key endpoint status -w table`;
  switch (cause) {
    case 'certificate-file':
    case 'tls':
    case 'credentials':
      return [words.certificates, ...secretOf(namespace)];
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

/** What brings etcd back for Calico, by what is wrong with it. etcd itself is not in the API: much of it is work on its members. */
export function repairEtcd(install: Install, cause: EtcdCause, endpoints: string): Remedy {
  const namespace = install.namespace ?? 'kube-system';
  const daemonSet = install.daemonSet ?? 'calico-node';
  const isOurs = cause !== 'no-space' && cause !== 'no-leader';
  return {
    id: 'repair-etcd',
    title: words.titles[cause],
    action: 'manual',
    risk: isOurs ? 'restarts-pods' : 'none',
    changes: [],
    consequences: [words.consequence],
    manual: [
      ...stepsFor(cause, namespace, endpoints),
      ...(isOurs ? [`kubectl -n ${namespace} rollout restart daemonset/${daemonSet}`] : []),
    ],
  };
}

const words = {
  titles: {
    'certificate-file': 'Put the right files into the Secret calico-etcd-secrets',
    tls: 'Give Calico certificates that match those of etcd',
    'no-space': "Free etcd's space and take its alarm back",
    'no-leader': 'Bring the members of etcd together again',
    credentials: 'Give Calico a certificate or user that etcd lets in',
    'no-endpoints': 'Set the endpoints of etcd',
    refused: 'Bring etcd back, or correct its endpoints',
    'no-answer': 'Open the way to etcd',
  } satisfies Record<EtcdCause, string>,
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
