import { runDrain } from '../../internal/apply/drain.ts';
import type { DrainHooks } from '../../internal/apply/drain-hooks.ts';
import type { ApplyEvent } from '../../internal/model/apply.ts';
import type { KubeObject, Node } from '../../internal/model/kubernetes.ts';
import type { DrainOptions } from '../../internal/model/plan.ts';
import { drainOptionsOf } from '../../internal/plan/drain-options.ts';
import { drainStep } from '../../internal/plan/drain-step.ts';
import { budgetOf, factsOf, nodeOf, podOf } from './drain-sample.ts';
import { memoryCluster, type MemoryCluster, type MemoryOptions } from './memory-cluster.ts';

export const podRef = (name: string, namespace = 'orders') => ({ kind: 'Pod', namespace, name });
/** Three nodes that are alike. */
export const drainNodes = ['n', 'm', 'k'].map((name) => nodeOf(name));
/** A pod that budgets with `living` cover. */
export const web = (name: string, node: string, more: Parameters<typeof podOf>[2] = {}) =>
  podOf(name, node, { labels: { app: 'web' }, ...more });

/** A budget whose status follows its pods. */
export const living = (name: string, spec: object): KubeObject => {
  const { status: _, ...budget } = budgetOf(
    name,
    { selector: { matchLabels: { app: 'web' } }, ...spec },
    {},
  );
  return budget;
};

/** A cluster in memory with nodes n, m and k, and everything that a drain needs and tells. */
export function drainSetting(objects: readonly KubeObject[], options: Partial<MemoryOptions> = {}) {
  const cluster = memoryCluster({ objects: [...drainNodes, ...objects], ...options });
  const events: ApplyEvent[] = [];
  const journal: string[] = [];
  const control = new AbortController();
  const hooks: DrainHooks = {
    sending: ({ verb, ref: { name } }, before) =>
      void journal.push(
        `sending ${verb} ${name} ${before.metadata.uid === undefined ? '?' : ''}`.trim(),
      ),
    sent: ({ verb, ref: { name } }) => void journal.push(`sent ${verb} ${name}`),
    refused: ({ verb, ref: { name } }) => void journal.push(`refused ${verb} ${name}`),
  };
  const context = {
    cluster,
    clock: cluster.clock,
    onEvent: (event: ApplyEvent) => void events.push(event),
    signal: control.signal,
  };
  const drain = (flags: Partial<DrainOptions> = {}, node = 'n') => {
    const step = drainStep(
      node,
      factsOf({ nodes: drainNodes }),
      drainOptionsOf({ ignoreDaemonSets: true, ...flags }),
    );
    return runDrain(step, context, hooks);
  };
  const told = (name: string) =>
    events.flatMap((event) => (event.kind === 'pod' && event.name === name ? [event.state] : []));
  const nodeStates = () => events.flatMap((event) => (event.kind === 'node' ? [event.state] : []));
  const isCordoned = (name = 'n') =>
    (cluster.stored({ kind: 'Node', name }) as Node).spec?.unschedulable === true;
  return { cluster, context, hooks, events, journal, control, drain, told, nodeStates, isCordoned };
}

/** What was sent to be carried out: `evict a`. */
export const writesOf = (cluster: MemoryCluster) =>
  cluster.writes().map(({ verb, ref: { name } }) => `${verb} ${name}`);
