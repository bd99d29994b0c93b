import type { ObjectRef } from '../model/finding.ts';
import { nodeRefs, refOf } from './evidence.ts';
import type { NodeView } from './nodes.ts';

/** What a finding about these nodes is about: the nodes first, then their calico-node pods. */
export const affectedBy = (views: readonly NodeView[]): readonly ObjectRef[] => [
  ...nodeRefs(views.map(({ name }) => name)),
  ...views.flatMap(({ pod }) => (pod ? [refOf(pod)] : [])),
];
