import type { Install } from '../model/install.ts';
import type { EnvVar } from '../model/kubernetes.ts';
import type { Remedy } from '../model/remedy.ts';
import {
  durablePlace,
  isRenderedByOperator,
  isSendable,
  lastsUntil,
  shellJson,
} from './durable.ts';
import { durableDaemonSet } from './durable-fields.ts';
import { nodeRunbook } from './node-runbook.ts';
import { templatePatch } from './refs.ts';

/** A node with its calico-node pod, if there is one. */
export interface NamedNode {
  readonly node: string;
  readonly pod: string | null;
}

const podCommand = (install: Install, { node, pod }: NamedNode): string => {
  const namespace = install.namespace ?? 'kube-system';
  const app = install.renderer === 'canal' ? 'canal' : 'calico-node';
  return pod === null
    ? `kubectl -n ${namespace} delete pod -l k8s-app=${app} --field-selector spec.nodeName=${node}`
    : `kubectl -n ${namespace} delete pod ${pod}`;
};

// A variable may have one source: another one that stands there is taken away.
const otherSources = (env: readonly EnvVar[]): Readonly<Record<string, null>> =>
  Object.fromEntries(
    Object.keys(env.findLast(({ name }) => name === 'NODENAME')?.valueFrom ?? {})
      .filter((source) => source !== 'fieldRef')
      .map((source) => [source, null]),
  );

/**
 * Makes calico-node take its name from Kubernetes: NODENAME from `spec.nodeName`, as Calico's own manifests and the operator have it.
 * Null with an operator, which renders it so by itself.
 */
export function nameFromKubernetes(install: Install, env: readonly EnvVar[] = []): Remedy | null {
  if (isRenderedByOperator(install) || install.renderer === 'none') return null;
  const namespace = install.namespace ?? 'kube-system';
  const name = install.daemonSet ?? 'calico-node';
  const fieldRef = { apiVersion: 'v1', fieldPath: 'spec.nodeName' };
  const variable = { name: 'NODENAME', value: null, valueFrom: { ...otherSources(env), fieldRef } };
  const body = templatePatch({ containers: [{ name: 'calico-node', env: [variable] }] });
  const ref = { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace, name };
  const durable = durableDaemonSet(install, { ...body });
  const place = durablePlace(install);
  return {
    id: 'name-from-kubernetes',
    title: words.title,
    action: install.action,
    risk: 'restarts-pods',
    target: { kind: 'DaemonSet', namespace, name },
    changes: isSendable(install) ? [{ ref, verb: 'patch', patchType: 'strategic', body }] : [],
    consequences: [words.rolls, words.leftOver, ...lastsUntil(install)],
    manual: isSendable(install)
      ? [
          `kubectl -n ${namespace} patch daemonset ${name} --type strategic -p ${shellJson(body)}`,
          `kubectl -n ${namespace} rollout status daemonset/${name} --timeout=15m`,
          words.also(place),
        ]
      : [words.only(place), ...words.fragment],
    ...(durable.length > 0 ? { durable } : {}),
  };
}

/** Takes the name away that an earlier start stored on the machine, so that the next one takes the right one. */
export const forgetStoredName = (install: Install, nodes: readonly NamedNode[]): Remedy =>
  nodeRunbook({
    id: 'forget-stored-name',
    title: words.forget,
    risk: 'restarts-pods',
    consequences: [words.forgotten],
    after: (node) => {
      const named = nodes.find((one) => one.node === node) ?? { node, pod: null };
      return [podCommand(install, named)];
    },
    work: nodes.map(({ node }) => ({
      node,
      commands: ['cat /var/lib/calico/nodename; hostname', 'sudo rm /var/lib/calico/nodename'],
    })),
  });

/** Gives the CNI plugin the node's name in Kubernetes, by its template in the ConfigMap, or the file on the machine. */
export function cniNodeName(install: Install, nodes: readonly NamedNode[]): Remedy {
  const namespace = install.namespace ?? 'kube-system';
  const name = install.daemonSet ?? 'calico-node';
  const isOperator = install.renderer === 'operator';
  return {
    id: 'cni-node-name',
    title: words.cni,
    action: 'manual',
    risk: 'restarts-pods',
    changes: [],
    consequences: [words.cniWritten],
    manual: [
      ...nodes
        .slice(0, 3)
        .flatMap(({ node }) => [
          words.onNode(node),
          'sudo grep -n nodename /etc/cni/net.d/*calico*; cat /var/lib/calico/nodename',
        ]),
      ...(isOperator
        ? nodes.slice(0, 3).map((one) => podCommand(install, one))
        : [
            words.template,
            `kubectl -n ${namespace} edit configmap ${install.renderer === 'canal' ? 'canal-config' : 'calico-config'}`,
            `kubectl -n ${namespace} rollout restart daemonset/${name}`,
          ]),
    ],
  };
}

const words = {
  title: 'Let calico-node take its name from Kubernetes (NODENAME from spec.nodeName)',
  rolls: 'calico-node restarts node by node; running pods keep their network meanwhile.',
  leftOver:
    'Addresses that Calico gave out under another name stay reserved until they are released.',
  also: (place: string): string => `# to last, put the same into ${place}`,
  only: (place: string): string =>
    `# a change in the cluster would be undone: put this into ${place}`,
  fragment: [
    '#   - name: NODENAME',
    '#     valueFrom:',
    '#       fieldRef:',
    '#         fieldPath: spec.nodeName',
  ],
  forget: 'Remove the stored name from the machine, and start calico-node anew there',
  forgotten: 'The next start stores the name that it takes then.',
  cni: 'Give the CNI plugin the name that Kubernetes has for the node',
  cniWritten:
    'install-cni writes the file when calico-node starts; pods that wait are tried again.',
  onNode: (node: string): string => `# on ${node}: which name does the plugin use?`,
  template: '# in cni_network_config it has to be: "nodename": "__KUBERNETES_NODE_NAME__"',
};
