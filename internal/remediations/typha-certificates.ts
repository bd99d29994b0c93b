import type { Install } from '../model/install.ts';
import type { Remedy } from '../model/remedy.ts';

const dates = (namespace: string, secret: string): string =>
  `kubectl -n ${namespace} get secret ${secret} -o jsonpath='{.data.tls\\.crt}' | base64 -d | openssl x509 -noout -subject -issuer -dates`;

const byOperator: readonly string[] = [
  dates('calico-system', 'typha-certs'),
  dates('calico-system', 'node-certs'),
  "kubectl -n calico-system get configmap tigera-ca-bundle -o jsonpath='{.data.tigera-ca-bundle\\.crt}' | openssl crl2pkcs7 -nocrl -certfile /dev/stdin | openssl pkcs7 -print_certs -noout",
  '# certificates of your own CA: issue them anew. Those of the operator: delete both copies, it makes new ones at once',
  'kubectl -n tigera-operator delete secret typha-certs node-certs --ignore-not-found',
  'kubectl -n calico-system delete secret typha-certs node-certs',
  'kubectl -n calico-system rollout status deployment/calico-typha --timeout=5m',
  'kubectl -n calico-system rollout status daemonset/calico-node --timeout=15m',
];

const byHand = (namespace: string, daemonSet: string): readonly string[] => [
  `kubectl -n ${namespace} get daemonset ${daemonSet} -o yaml | grep -iE "FELIX_TYPHA(CA|CERT|KEY|CN|URISAN)|secretName"`,
  `kubectl -n ${namespace} get deployment calico-typha -o yaml | grep -iE "TYPHA_(CA|SERVER|CLIENT)|secretName"`,
  "# both sides need: a certificate signed by the CA in the other side's CA file, and the name set by ..._TYPHACN and TYPHA_CLIENTCN",
  `kubectl -n ${namespace} rollout restart deployment/calico-typha daemonset/${daemonSet}`,
];

/** Makes the certificates of Typha and calico-node fit again. */
export function renewTyphaCertificates(install: Install): Remedy {
  const namespace = install.namespace ?? 'kube-system';
  return {
    id: 'typha-certificates',
    title: words.title,
    action: 'manual',
    risk: 'restarts-pods',
    changes: [],
    consequences: [words.consequence],
    manual:
      install.renderer === 'operator'
        ? byOperator
        : byHand(namespace, install.daemonSet ?? 'calico-node'),
  };
}

const words = {
  title: 'Issue the certificates of Typha and calico-node anew, both together',
  consequence:
    'Typha and all calico-node pods restart one after the other; running pods keep their network meanwhile.',
};
