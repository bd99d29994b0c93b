import type { Choice, NodeCase, Prediction } from './predict-types.ts';
import type { Proposal } from './propose.ts';

/** What one method would do on a node. */
export interface MethodRow extends Pick<Prediction, 'outcome' | 'sureness' | 'reason'> {
  readonly method: string;
  readonly addresses: readonly Pick<Choice, 'ip' | 'iface'>[];
}

/** One node with the answers of all methods, in the order of the methods. */
export interface NodeRow {
  readonly node: string;
  readonly now: Pick<Choice, 'ip' | 'iface'> | null;
  readonly methods: readonly MethodRow[];
}

const placeOf = ({ inventory }: NodeCase, ip: string): string | null =>
  inventory.interfaces.find(({ addresses }) => addresses.some((one) => one.ip === ip))?.name ??
  null;

/** Turns judged methods round: one row a node, as `predict` shows them. The proposals are of the same nodes. */
export const predictionRows = (
  nodes: readonly NodeCase[],
  proposals: readonly Proposal[],
): readonly NodeRow[] =>
  nodes.map((node, index) => ({
    node: node.name,
    now: node.stored === null ? null : { ip: node.stored, iface: placeOf(node, node.stored) },
    methods: proposals.flatMap(({ method, predictions }) => {
      const prediction = predictions[index];
      if (!prediction) return [];
      const { outcome, sureness, reason, choices } = prediction;
      return [{ method, outcome, sureness, reason, addresses: choices }];
    }),
  }));
