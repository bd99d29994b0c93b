import { affectedBy } from '../calico/affected.ts';
import { enumerate } from '../calico/enumerate.ts';
import { evictionOf, type Eviction } from '../calico/evictions.ts';
import { nodeViews } from '../calico/nodes.ts';
import { runtimeOf } from '../calico/runtime.ts';
import type { Draft } from '../model/finding.ts';
import { freeDisk } from '../remediations/free-disk.ts';
import { defineCheck } from './define.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly {
    readonly name: string;
    readonly hasPressure: boolean;
    readonly evictedPods: number;
  }[];
  readonly resource: string;
  readonly isFailing: boolean;
}

function draftOf(evictions: readonly Eviction[], first: Eviction): Draft<Facts> {
  const views = evictions.map(({ view }) => view);
  const isSure = evictions.every(({ evidence }) => evidence.length > 1);
  return {
    severity: first.isFailing ? 'error' : 'warning',
    confidence: isSure ? 'confirmed' : 'likely',
    facts: {
      nodes: evictions.map(({ view, hasPressure, evicted }) => ({
        name: view.name,
        hasPressure,
        evictedPods: evicted.length,
      })),
      resource: first.resource,
      isFailing: first.isFailing,
    },
    affected: affectedBy(views),
    evidence: evictions.slice(0, 3).flatMap(({ evidence }) => evidence),
    explains: ['daemonset-not-scheduled', 'container-create-failure', 'image-pull-failure'].map(
      (id) => ({ id, affected: affectedBy(views) }),
    ),
    remedies: [
      freeDisk(
        evictions.map(({ view, evicted }) => ({
          name: view.name,
          runtime: runtimeOf(view.node),
          failedPods: evicted.map(({ metadata }) => ({
            namespace: metadata.namespace ?? 'kube-system',
            name: metadata.name,
          })),
        })),
      ),
    ],
  };
}

// The kubelet evicts pods when a node runs out of disk, memory or process ids. Their priority should spare calico-node, but a
// shortage of ephemeral storage has taken it all the same (kubernetes/kubernetes #101167).
export const evictedDiskPressure = defineCheck<Facts>({
  id: 'evicted-disk-pressure',
  title: 'every node has disk space, and calico-node was evicted from none',
  needs: ['events'],
  run: (snapshot) => {
    const all = nodeViews(snapshot).flatMap((view) => evictionOf(snapshot, view) ?? []);
    const groups = Map.groupBy(all, ({ isFailing, resource }) => `${isFailing} ${resource}`);
    return [...groups.values()].flatMap((group) => (group[0] ? [draftOf(group, group[0])] : []));
  },
  words: {
    en: {
      title: ({ nodes, resource, isFailing }) => {
        const names = enumerate(nodes.map(({ name }) => name));
        const lack = words[resource] ?? resource;
        return isFailing
          ? `calico-node cannot run on ${names} for lack of ${lack}`
          : `${names} ${nodes.length === 1 ? 'runs' : 'run'} out of ${lack}`;
      },
      summary: ({ nodes, isFailing }) =>
        [
          ...(nodes.some(({ evictedPods }) => evictedPods > 0)
            ? ['The kubelet evicted it to save the node.']
            : []),
          isFailing
            ? 'It does not come back before there is room again.'
            : 'calico-node still works there; it may be evicted, and images cannot be pulled.',
        ].join(' '),
    },
  },
});

const words: Readonly<Record<string, string>> = {
  'ephemeral-storage': 'disk space',
  memory: 'memory',
  pids: 'process ids',
};
