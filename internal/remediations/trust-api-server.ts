import type { Remedy } from '../model/remedy.ts';

export interface Untrusted {
  /** `authority`: signed by a CA that the client does not know; `name`: does not name the address that was asked. */
  readonly cause: 'authority' | 'name';
  readonly namespace: string;
  /** A node on which it fails. */
  readonly node: string;
  /** Address and port of the API server as the client has them. */
  readonly host: string;
  readonly port: number;
}

/** What to compare where the API server's certificate is not accepted; it reads only. */
export function trustApiServer({ cause, namespace, node, host, port }: Untrusted): Remedy {
  const address = host.includes(':') ? `[${host}]` : host;
  return {
    id: 'trust-api-server',
    title: words.titles[cause],
    action: 'manual',
    risk: 'none',
    changes: [],
    consequences: [words.consequence],
    manual: [
      `# on ${node}: whose certificate is it, and which names has it?`,
      `openssl s_client -connect ${address}:${port} </dev/null 2>/dev/null | openssl x509 -noout -subject -issuer -dates -ext subjectAltName`,
      ...(cause === 'authority'
        ? [
            words.authority,
            `kubectl -n ${namespace} get configmap kube-root-ca.crt -o jsonpath='{.data.ca\\.crt}' | openssl x509 -noout -subject -dates -fingerprint`,
            'sudo openssl x509 -noout -subject -dates -fingerprint -in /etc/kubernetes/pki/ca.crt',
            words.secrets,
            `kubectl -n ${namespace} get secrets --field-selector type=kubernetes.io/service-account-token`,
          ]
        : [
            words.name,
            'sudo grep service-cluster-ip-range /etc/kubernetes/manifests/kube-apiserver.yaml',
            'kubectl -n default get service kubernetes',
          ]),
    ],
  };
}

const words = {
  titles: {
    authority: 'Find out which CA the API server and its clients go by',
    name: "Get the address into the API server's certificate",
  } satisfies Record<Untrusted['cause'], string>,
  consequence: 'Nothing changes yet.',
  authority:
    '# the CA that new pods are given, and the one on a control-plane node: the fingerprints must be the same',
  secrets:
    '# before Kubernetes 1.21 pods take the CA out of Secrets of this type: those made before the CA was changed hold the old one',
  name: '# on a control-plane node: the first address of the service range must be among those names; if it is some other machine, the service network overlaps the network of the hosts',
};
