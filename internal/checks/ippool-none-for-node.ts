import { affectedBy } from '../calico/affected.ts';
import { cniFailures } from '../calico/cni-failures.ts';
import { eventEvidence, fieldEvidence } from '../calico/evidence.ts';
import { installOf, installUses } from '../calico/install/install.ts';
import { nodeViews, type NodeView } from '../calico/nodes.ts';
import { enabledPools, poolsFor } from '../calico/pools.ts';
import { itemsOf } from '../calico/snapshot-lists.ts';
import type { Draft } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { outsideCluster } from '../remediations/outside.ts';
import { defineCheck } from './define.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  readonly kind: 'not-selected' | 'all-disabled' | 'none';
  readonly selectors: readonly string[];
}

// libcalico-go/lib/ipam: the answer when no enabled pool's nodeSelector takes the node.
const said =
  /no configured Calico pools(?: for node)?|no IP pools provided|unable to assign an address: no IP pools/;

function unselected(snapshot: Snapshot): readonly NodeView[] {
  const pools = itemsOf(snapshot, 'ipPools');
  if (pools.length === 0) return [];
  return nodeViews(snapshot).filter(
    ({ node, pod }) => node && pod && poolsFor(pools, node)?.length === 0,
  );
}

function kindOf(snapshot: Snapshot): Facts['kind'] {
  const pools = itemsOf(snapshot, 'ipPools');
  if (pools.length === 0) return 'none';
  return enabledPools(pools).length === 0 ? 'all-disabled' : 'not-selected';
}

function draftsOf(snapshot: Snapshot): readonly Draft<Facts>[] {
  const failures = cniFailures(snapshot).filter(({ event }) => said.test(event.message));
  const selected = unselected(snapshot);
  const names = new Set([...selected.map(({ name }) => name), ...failures.map(({ node }) => node)]);
  const views = nodeViews(snapshot).filter(({ name }) => names.has(name));
  if (views.length === 0) return [];
  const pools = itemsOf(snapshot, 'ipPools');
  const affected = affectedBy(views);
  return [
    {
      // A node on which nothing waits may be meant to have no pods of its own, as a pool's selector can say on purpose.
      severity: failures.length > 0 ? 'error' : 'warning',
      confidence: failures.length > 0 && selected.length > 0 ? 'confirmed' : 'likely',
      facts: {
        nodes: views.map(({ name }) => name),
        kind: kindOf(snapshot),
        selectors: [
          ...new Set(enabledPools(pools).map(({ spec }) => spec?.nodeSelector ?? 'all()')),
        ],
      },
      affected,
      evidence: [
        ...failures.slice(0, 3).map(({ event }) => eventEvidence(event)),
        ...pools
          .slice(0, 3)
          .map((pool) =>
            fieldEvidence(
              pool,
              'spec.nodeSelector',
              `${pool.spec?.nodeSelector ?? 'all()'}${pool.spec?.disabled ? ' (disabled)' : ''}`,
            ),
          ),
      ],
      explains: [
        { id: 'pods-without-network', affected },
        { id: 'cni-install-failed', affected },
        { id: 'node-without-routes', affected },
      ],
      remedies: [
        outsideCluster(words.title, [
          'kubectl get ippools -o custom-columns=NAME:.metadata.name,CIDR:.spec.cidr,NODES:.spec.nodeSelector,DISABLED:.spec.disabled,USES:.spec.allowedUses',
          `kubectl get node ${views
            .slice(0, 3)
            .map(({ name }) => name)
            .join(' ')} --show-labels`,
          `# ${words.choose}`,
        ]),
      ],
    },
  ];
}

export const ippoolNoneForNode = defineCheck<Facts>({
  id: 'ippool-none-for-node',
  title: 'every node has an IP pool that its pods may use',
  needs: ['ipPools'],
  uses: ['events', ...installUses],
  run: (snapshot) =>
    installOf(snapshot).policyOnly || installOf(snapshot).renderer === 'canal'
      ? { notApplicable: 'addresses do not come from Calico here' }
      : draftsOf(snapshot),
  words: {
    en: {
      title: ({ nodes, kind }) => {
        const where = nodes.length > 2 ? `${nodes.length} nodes` : nodes.join(' and ');
        return kind === 'not-selected'
          ? `no IP pool selects ${where}`
          : `there is no enabled IP pool for ${where}`;
      },
      summary: ({ selectors }) =>
        `Pods there get no address.${selectors.length > 0 ? ` The enabled pools are for nodes with: ${selectors.join('; ')}.` : ''}`,
    },
  },
});

const words = {
  title: 'Give the nodes a pool: correct a selector or a label, or enable a pool',
  choose:
    "edit the pool's nodeSelector, or label the node so that it fits (operator: in the Installation's ipPools)",
};
