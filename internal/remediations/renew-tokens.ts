import type { Remedy } from '../model/remedy.ts';

export interface Account {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly nodes: readonly string[];
}

/** What to look at where new pods are rejected too: clocks, token Secrets of old, and the API server's own keys. */
export function renewTokens({ namespace, serviceAccount, nodes }: Account): Remedy {
  return {
    id: 'renew-tokens',
    title: words.title,
    action: 'manual',
    risk: 'none',
    changes: [],
    consequences: [words.consequence],
    manual: [
      words.newToken,
      `kubectl -n ${namespace} create token ${serviceAccount} --duration=10m >/dev/null && echo "new tokens are made"`,
      words.clock,
      ...nodes.slice(0, 3).flatMap((node) => [`# on ${node}:`, 'timedatectl; chronyc tracking']),
      words.secrets,
      `kubectl -n ${namespace} get secrets --field-selector type=kubernetes.io/service-account-token`,
      words.keys,
      'sudo grep -E "service-account-(key-file|signing-key-file|issuer)" /etc/kubernetes/manifests/kube-apiserver.yaml',
    ],
  };
}

const words = {
  title: 'Find out why even new tokens are rejected',
  consequence:
    'Nothing changes yet. Other keys on the API servers make every pod of the cluster need a new token.',
  newToken: '# does the API server still make tokens for this account?',
  clock: '# a clock that is minutes off makes tokens "not yet valid"',
  secrets:
    '# Secrets of this type made before the keys were changed are worthless; delete only those of this account, then its pods',
  keys: '# on each control-plane node: all API servers must have the same keys and the same issuer',
};
