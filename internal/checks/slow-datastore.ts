import { affectedBy } from '../calico/affected.ts';
import { enumerate } from '../calico/enumerate.ts';
import { nodeViews } from '../calico/nodes.ts';
import { serviceAddresses } from '../calico/service-ip.ts';
import { slowApiOf, usualAnswer, type SlowApi } from '../calico/slow-api.ts';
import type { Draft } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { fasterApi } from '../remediations/faster-api.ts';
import { defineCheck } from './define.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly { readonly name: string; readonly seconds: number | null }[];
  /** What the same question takes on nodes that are well; null where no log tells. */
  readonly usualSeconds: number | null;
  /** Nodes whose calico-node is well: if there are any, the way to the API server is slow rather than the server. */
  readonly wellNodes: number;
}

function draftOf(snapshot: Snapshot, slow: readonly SlowApi[]): Draft<Facts> {
  const views = slow.map(({ view }) => view);
  const wellNodes = nodeViews(snapshot).filter(({ health }) => health?.state === 'ready').length;
  return {
    severity: 'error',
    confidence: slow.every(({ confidence }) => confidence === 'confirmed') ? 'confirmed' : 'likely',
    facts: {
      nodes: slow.map(({ view, seconds }) => ({ name: view.name, seconds })),
      usualSeconds: usualAnswer(snapshot),
      wellNodes,
    },
    affected: affectedBy(views),
    evidence: slow.slice(0, 3).flatMap(({ evidence }) => evidence),
    explains: ['slow-startup-liveness-kill', 'bgp-peer-down', 'bird-not-running'].map((id) => ({
      id,
      affected: affectedBy(views),
    })),
    remedies: [
      fasterApi({
        node: views[0]?.name ?? '',
        serviceIP: serviceAddresses(snapshot)[0] ?? null,
        isOneWay: wellNodes > 0,
      }),
    ],
  };
}

// The start asks the API server some dozens of questions one after the other, and one of them has a limit of two seconds
// (node/pkg/lifecycle/startup/startup.go, kubeadm's ConfigMap): where each answer takes longer, it gives up by itself.
export const slowDatastore = defineCheck<Facts>({
  id: 'slow-datastore',
  title: 'the API server answers calico-node in time',
  needs: ['logs'],
  uses: ['services'],
  run: (snapshot) => {
    const slow = nodeViews(snapshot).flatMap((view) => slowApiOf(snapshot, view) ?? []);
    return slow.length === 0 ? [] : [draftOf(snapshot, slow)];
  },
  words: {
    en: {
      title: ({ nodes }) =>
        `${enumerate(nodes.map(({ name }) => name))} ${nodes.length === 1 ? 'gets' : 'get'} the API server's answers too late, and calico-node gives its start up`,
      summary: ({ nodes, usualSeconds, wellNodes }) => {
        const most = Math.max(...nodes.map(({ seconds }) => seconds ?? 0));
        return [
          ...(most > 0
            ? [
                `Its first answer took ${most.toFixed(1)} s${usualSeconds === null ? '' : `, on a healthy node ${usualSeconds.toFixed(2)} s`}.`,
              ]
            : []),
          'A question that has to be answered within two seconds was not, and the start ended by itself.',
          wellNodes > 0
            ? `On ${wellNodes} other ${wellNodes === 1 ? 'node' : 'nodes'} all is well, so the way from there to the API server is slow, not the server.`
            : 'No node is well, so the API server or its etcd is slow itself.',
        ].join(' ');
      },
      ruledOut: ({ nodes }) =>
        nodes.every(({ seconds }) => seconds !== null)
          ? ['an API server that cannot be reached: it answered, late']
          : [],
    },
  },
});
