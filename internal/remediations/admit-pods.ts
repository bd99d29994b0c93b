import type { Install } from '../model/install.ts';
import type { Change, Remedy } from '../model/remedy.ts';
import { durablePlace, isSendable } from './durable.ts';
import { create, strategic } from './refs.ts';

interface Refusal {
  readonly pattern: RegExp;
  readonly title: string;
  readonly commands: (
    namespace: string,
    match: RegExpExecArray,
    install: Install,
  ) => readonly string[];
  /** What the API can do about it without a choice that is a person's. */
  readonly change?: (namespace: string, match: RegExpExecArray) => Change;
}

// What API server and admission say when they refuse the pod of a DaemonSet.
const refusals: readonly Refusal[] = [
  {
    pattern: /insufficient quota to match these scopes/,
    title: 'Allow critical pods in this namespace by a quota',
    commands: (namespace) => [
      `kubectl -n ${namespace} get resourcequota -o yaml`,
      '# a quota that allows pods of priority system-node-critical:',
      `kubectl -n ${namespace} apply -f - <<'END'`,
      ...quotaObject,
      'END',
    ],
  },
  {
    pattern: /exceeded quota: ([\w.-]+)|failed quota: ([\w.-]+)/,
    title: 'Raise the quota, or take it away from this namespace',
    commands: (namespace, match) => [
      `kubectl -n ${namespace} describe resourcequota ${match[1] ?? match[2] ?? ''}`.trim(),
      `kubectl -n ${namespace} edit resourcequota ${match[1] ?? match[2] ?? ''}`.trim(),
    ],
  },
  {
    pattern: /violates PodSecurity/,
    title: 'Allow privileged pods in this namespace',
    commands: (namespace) => [
      `kubectl label namespace ${namespace} pod-security.kubernetes.io/enforce=privileged --overwrite`,
    ],
    change: (namespace) =>
      strategic(
        { apiVersion: 'v1', kind: 'Namespace', name: namespace },
        { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } } },
      ),
  },
  {
    pattern: /unable to validate against any (?:pod security policy|security context constraint)/,
    title: 'Let the service account use a policy for privileged pods',
    commands: (namespace) => [
      'kubectl get podsecuritypolicies 2>/dev/null; kubectl get securitycontextconstraints 2>/dev/null',
      `# its Role and RoleBinding stand in the install manifest; the service account is in ${namespace}`,
    ],
  },
  {
    pattern: /webhook "([^"]+)"/,
    title: 'Keep the webhook away from this namespace',
    commands: (namespace, match) => [
      `kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations -o yaml | grep -n -B30 ${match[1] ?? ''}`,
      `# exempt ${namespace} in its namespaceSelector: the webhook's own pods need Calico, and Calico waits for the webhook`,
    ],
  },
  {
    pattern: /no PriorityClass with name ([\w-]+)/,
    title: 'Make the priority class again',
    commands: (_namespace, match) => [
      `kubectl get priorityclass ${match[1] ?? ''}`,
      '# the API server makes its system classes itself when it starts',
    ],
  },
  {
    pattern: /serviceaccount "([^"]+)" not found/i,
    title: 'Make the service account again',
    commands: (namespace, match, install) => [
      `kubectl -n ${namespace} create serviceaccount ${match[1] ?? 'calico-node'}`,
      `# its rights are given by the ClusterRoleBinding of the install manifest; to last, it has to stand in ${durablePlace(install)}`,
    ],
    change: (namespace, match) =>
      create(
        { apiVersion: 'v1', kind: 'ServiceAccount', namespace, name: match[1] ?? 'calico-node' },
        {},
      ),
  },
];

const quotaObject: readonly string[] = [
  'apiVersion: v1',
  'kind: ResourceQuota',
  'metadata: {name: calico-critical-pods}',
  'spec:',
  '  hard: {pods: "1000"}',
  '  scopeSelector:',
  '    matchExpressions:',
  '    - {operator: In, scopeName: PriorityClass, values: [system-node-critical, system-cluster-critical]}',
];

/** Removes what makes the API server refuse the pods of the DaemonSet, by what it says. */
export function admitPods(
  install: Install,
  { name, namespace }: { readonly name: string; readonly namespace: string },
  message: string,
): Remedy {
  const refusal = refusals.find(({ pattern }) => pattern.test(message));
  const match = refusal?.pattern.exec(message);
  const change = refusal?.change && match ? refusal.change(namespace, match) : null;
  return {
    id: 'admit-pods',
    title: refusal?.title ?? words.title,
    action: change ? install.action : 'manual',
    risk: 'none',
    changes: change && isSendable(install) ? [change] : [],
    consequences: [words.again],
    manual: [
      ...(refusal && match ? refusal.commands(namespace, match, install) : []),
      `kubectl -n ${namespace} describe daemonset ${name} | tail -20`,
    ],
  };
}

const words = {
  title: 'Remove what makes the API server refuse the pod',
  again:
    'The DaemonSet controller tries again by itself, after a quarter of an hour at the latest.',
};
