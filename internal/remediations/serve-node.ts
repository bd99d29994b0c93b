import { installOf } from '../calico/install/install.ts';
import type { GapKind } from '../calico/pool-gaps.ts';
import type { PoolTrouble } from '../calico/operator-pools.ts';
import type { RefusedPool } from '../calico/pool-errors.ts';
import { itemsOf } from '../calico/snapshot-lists.ts';
import type { IPPool } from '../model/kubernetes.ts';
import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { furtherPool } from './add-pool.ts';
import { durablePlace } from './durable.ts';
import { calicoResource } from './calico-resource.ts';
import { isOperators, poolCommand } from './pool-command.ts';
import type { Tree } from './tree.ts';

function commandsFor(
  snapshot: Snapshot,
  kind: GapKind,
  nodes: readonly string[],
): readonly string[] {
  const { datastore, renderer, installation } = installOf(snapshot);
  const isEtcd = datastore === 'etcd';
  const pool = itemsOf(snapshot, 'ipPools')[0]?.metadata.name ?? 'POOL';
  const look = isEtcd
    ? 'calicoctl get ippools -o wide'
    : 'kubectl get ippools -o custom-columns=NAME:.metadata.name,CIDR:.spec.cidr,NODES:.spec.nodeSelector,DISABLED:.spec.disabled,USES:.spec.allowedUses';
  switch (kind) {
    case 'none':
      return renderer === 'operator'
        ? [`kubectl edit installation ${installation ?? 'default'}   # spec.calicoNetwork.ipPools`]
        : [look, `# ${words.choose}`, ...furtherPool(snapshot)];
    case 'all-disabled':
      return [
        look,
        poolCommand(snapshot, pool, { disabled: false }, 'disableNewAllocations: false'),
      ];
    case 'not-for-pods':
      return [
        look,
        poolCommand(
          snapshot,
          pool,
          { allowedUses: ['Workload', 'Tunnel'] },
          'allowedUses: [Workload, Tunnel]',
        ),
      ];
    case 'not-selected':
      return [
        look,
        `kubectl get node ${nodes.slice(0, 3).join(' ')} --show-labels`,
        `# ${words.either}`,
        `kubectl label node ${nodes[0] ?? 'NODE'} KEY=VALUE`,
        poolCommand(snapshot, pool, { nodeSelector: 'SELECTOR' }, 'nodeSelector: SELECTOR'),
      ];
  }
}

function poolFields(kind: GapKind, { spec }: IPPool): Tree | null {
  if (kind === 'all-disabled') return { disabled: false };
  const uses = spec?.allowedUses ?? [];
  return kind === 'not-for-pods' ? { allowedUses: [...uses, 'Workload'] } : null;
}

// Which of several pools it should be is for a person to say; the operator keeps its own as the Installation has them.
function solePool(
  snapshot: Snapshot,
  kind: GapKind,
): Pick<Remedy, 'action' | 'target' | 'changes'> {
  const action = installOf(snapshot).action === 'refuse' ? 'refuse' : 'manual';
  const [pool, other] = itemsOf(snapshot, 'ipPools');
  const spec = pool && !other && !isOperators(pool) ? poolFields(kind, pool) : null;
  return pool && spec
    ? calicoResource(snapshot, { kind: 'IPPool', name: pool.metadata.name, spec })
    : { action, changes: [] };
}

/** A pool for nodes that have none: by a label, a selector, or by switching on what is there. */
export function serveNode(snapshot: Snapshot, kind: GapKind, nodes: readonly string[]): Remedy {
  const install = installOf(snapshot);
  return {
    id: 'serve-node',
    title: titles[kind],
    risk: 'none',
    ...solePool(snapshot, kind),
    consequences: [words.again, words.place(durablePlace(install))],
    manual: commandsFor(snapshot, kind, nodes),
  };
}

/** Settings that calico-node can make a pool of. */
export function correctPoolSettings(snapshot: Snapshot, { variable }: RefusedPool): Remedy {
  const install = installOf(snapshot);
  const { namespace, daemonSet } = install;
  const name = variable ?? 'CALICO_IPV4POOL_CIDR';
  return {
    id: 'correct-pool-settings',
    title: words.correct(name),
    action: install.action === 'refuse' ? 'refuse' : 'manual',
    risk: 'restarts-pods',
    changes: [],
    consequences: [words.first, words.place(durablePlace(install))],
    manual: [
      `kubectl -n ${namespace ?? 'kube-system'} set env daemonset/${daemonSet ?? 'calico-node'} -c calico-node --list | grep POOL`,
      `kubectl -n ${namespace ?? 'kube-system'} set env daemonset/${daemonSet ?? 'calico-node'} -c calico-node ${name}=VALUE`,
    ],
  };
}

function operatorCommands(
  cause: PoolTrouble['cause'],
  installation: string,
  pool: string,
): readonly string[] {
  switch (cause) {
    case 'no-pools':
      return [
        'kubectl get tigerastatus',
        `kubectl edit installation ${installation}   # spec.calicoNetwork.ipPools`,
      ];
    case 'no-api-server':
      return [
        'kubectl get tigerastatus apiserver; kubectl get apiserver.operator.tigera.io default',
        `# ${words.apiServer}`,
        "kubectl apply -f - <<'EOF'",
        'apiVersion: operator.tigera.io/v1',
        'kind: APIServer',
        'metadata: {name: default}',
        'spec: {}',
        'EOF',
      ];
    case 'not-owned':
      return [
        'kubectl get ippools --show-labels',
        `# ${words.adopt}`,
        `kubectl label ippool ${pool} app.kubernetes.io/managed-by=tigera-operator`,
        `# ${words.leave}`,
        `kubectl edit installation ${installation}   # spec.calicoNetwork.ipPools`,
      ];
  }
}

/** What the operator needs to make the pools of its Installation. */
export function letOperatorMakePools(snapshot: Snapshot, cause: PoolTrouble['cause']): Remedy {
  const install = installOf(snapshot);
  const pool = itemsOf(snapshot, 'ipPools')[0]?.metadata.name ?? 'POOL';
  return {
    id: 'let-operator-make-pools',
    title: operatorTitles[cause],
    action: install.action === 'refuse' ? 'refuse' : 'manual',
    risk: 'none',
    changes: [],
    consequences: [words.operator, words.place(durablePlace(install))],
    manual: operatorCommands(cause, install.installation ?? 'default', pool),
  };
}

const operatorTitles: Readonly<Record<PoolTrouble['cause'], string>> = {
  'no-pools': 'Name a pool in the Installation',
  'no-api-server': 'Let the operator run the Calico API server',
  'not-owned': 'Give the pool to the operator, or leave it out of the Installation',
};

const titles: Readonly<Record<GapKind, string>> = {
  none: 'Make an IP pool',
  'all-disabled': 'Switch a pool on',
  'not-for-pods': 'Let pods use a pool',
  'not-selected': 'Let a pool select the nodes: correct its selector, or label the nodes',
};

const words = {
  choose: 'CIDR lies inside the pod range of the cluster',
  apiServer: 'if there is none:',
  adopt: 'either the operator shall have it:',
  leave: 'or it stays yours, and the Installation no longer names it:',
  operator: 'The operator tries again by itself within a minute.',
  either: 'one of the two',
  again: 'Pods that wait get an address by themselves within a minute.',
  first: 'calico-node starts anew on every node; these settings count only until a pool exists.',
  correct: (name: string): string => `Correct ${name}`,
  place: (place: string): string => `To last, the same has to stand in ${place}.`,
};
