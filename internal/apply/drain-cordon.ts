import type { KubeObject, Node } from '../model/kubernetes.ts';
import type { ChangeStep } from '../model/plan.ts';
import { uncordonStep } from '../plan/drain-step.ts';
import type { ApplyContext } from './context.ts';
import type { DrainHooks } from './drain-hooks.ts';
import { isNode, isPod, look, reasonOf } from './objects.ts';
import { sendChange } from './send.ts';

type Context = Pick<ApplyContext, 'cluster' | 'clock' | 'onEvent' | 'signal'>;

export type Cordoned =
  | { readonly state: 'ours'; readonly object: KubeObject | null }
  /** It was so already, or somebody else was faster. */
  | { readonly state: 'already' }
  | { readonly state: 'failed'; readonly reason: string; readonly isOpen: boolean };

/** Sends a cordon or its opposite, with the guard and the patience of every other change. */
export async function sendScheduling(
  { change, before, after }: ChangeStep,
  context: Context,
  hooks: DrainHooks,
): Promise<Cordoned> {
  if (before === null) return { state: 'failed', reason: words.unread, isOpen: false };
  hooks.sending(change, before);
  const sent = await sendChange({ change, before, after }, context, (newer) =>
    hooks.sending(change, newer),
  );
  switch (sent.state) {
    case 'sent':
      hooks.sent(change, sent.object);
      return { state: 'ours', object: sent.object };
    case 'unchanged':
      hooks.refused(change, words.already);
      return { state: 'already' };
    case 'changed-meanwhile':
      hooks.refused(change, words.changed);
      return { state: 'failed', reason: words.changed, isOpen: false };
    case 'refused': {
      const reason = reasonOf(sent.refused);
      hooks.refused(change, reason);
      return { state: 'failed', reason, isOpen: false };
    }
    case 'open':
      return { state: 'failed', reason: sent.reason, isOpen: true };
  }
}

export interface Uncordoned {
  readonly state: 'uncordoned' | 'not-needed' | 'not-well' | 'failed';
  readonly messages: readonly string[];
  readonly hints: readonly string[];
}

const isTrue = (object: Node | { readonly status?: Node['status'] }, type: string): boolean =>
  (object.status?.conditions ?? []).some(
    (condition) => condition.type === type && condition.status === 'True',
  );

/** Why a node should not get pods yet; null if it may. */
async function illness(node: Node, { cluster }: Context): Promise<string | null> {
  const { name } = node.metadata;
  if (!isTrue(node, 'Ready')) return words.notReady(name);
  const reply = await cluster.list({
    apiVersion: 'v1',
    kind: 'Pod',
    labelSelector: 'k8s-app in (calico-node,canal)',
    fieldSelector: `spec.nodeName=${name}`,
  });
  if (reply.state === 'refused') return words.unreadPods(name, reasonOf(reply));
  const pods = reply.value.filter(isPod);
  return pods.some((pod) => isTrue(pod, 'Ready')) ? null : words.noCalico(name);
}

/**
 * Gives a node that the tool had cordoned back to the scheduler, if the node is Ready and calico-node is ready on it; else it is left
 * cordoned and said why.
 */
export async function runUncordon(
  name: string,
  context: Context,
  hooks: DrainHooks,
): Promise<Uncordoned> {
  const hints = [`kubectl uncordon ${name}`];
  const seen = await look(context.cluster, { apiVersion: 'v1', kind: 'Node', name });
  if (seen.state === 'unread')
    return { state: 'failed', messages: [words.left(name, reasonOf(seen.refused))], hints };
  if (seen.state === 'gone' || !isNode(seen.object))
    return { state: 'failed', messages: [words.gone(name)], hints: [] };
  const step = uncordonStep(seen.object);
  if (step === null)
    return { state: 'not-needed', messages: [words.isUncordoned(name)], hints: [] };
  const reason = await illness(seen.object, context);
  if (reason !== null) {
    context.onEvent({ kind: 'node', node: name, state: 'left-cordoned' });
    return { state: 'not-well', messages: [words.left(name, reason)], hints };
  }
  const sent = await sendScheduling(step, context, hooks);
  if (sent.state === 'failed')
    return { state: 'failed', messages: [words.left(name, sent.reason)], hints };
  context.onEvent({ kind: 'node', node: name, state: 'uncordoned' });
  return { state: 'uncordoned', messages: [words.uncordoned(name)], hints: [] };
}

const words = {
  unread: 'the node was not read',
  already: 'it was so already',
  changed: 'somebody changed the node meanwhile',
  notReady: (name: string): string => `the kubelet of ${name} does not answer`,
  noCalico: (name: string): string => `calico-node is not ready on ${name}`,
  unreadPods: (name: string, reason: string): string =>
    `whether calico-node is ready on ${name} cannot be read: ${reason}`,
  left: (name: string, reason: string): string => `${name} is left cordoned: ${reason}.`,
  gone: (name: string): string => `${name} is not in the cluster any more.`,
  isUncordoned: (name: string): string => `${name} takes pods already.`,
  uncordoned: (name: string): string => `${name} takes pods again.`,
};
