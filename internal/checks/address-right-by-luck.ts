import { affectedBy } from '../calico/affected.ts';
import type { Family } from '../calico/autodetection/address.ts';
import { enumerate } from '../calico/enumerate.ts';
import { installOf, installUses } from '../calico/install/install.ts';
import { luckyAddresses, type LuckyAddress, type LuckyKind } from '../calico/lucky-addresses.ts';
import type { Draft } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { autodetectionMethod } from '../remediations/autodetection-method.ts';
import { defineCheck } from './define.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly family: Family;
  readonly kind: LuckyKind;
  /** The method that the next start will use; empty stands for first-found. */
  readonly method: string;
  readonly nodes: readonly {
    readonly node: string;
    readonly now: string;
    /** What the next start would take; null where it would find nothing and keep what is stored. */
    readonly next: string | null;
    readonly interface: string | null;
  }[];
}

const notApplicable = 'calico-node detects no address in this kind of installation';

function draftOf(snapshot: Snapshot, lucky: readonly LuckyAddress[]): Draft<Facts> | null {
  const [first] = lucky;
  if (!first) return null;
  const views = lucky.map(({ view }) => view);
  return {
    severity: 'warning',
    confidence: 'confirmed',
    facts: {
      family: first.family,
      kind: first.kind,
      method: first.method,
      nodes: lucky.map(({ view, now, next }) => ({
        node: view.name,
        now,
        next: next?.ip ?? null,
        interface: next?.iface ?? null,
      })),
    },
    affected: affectedBy(views),
    evidence: lucky.slice(0, 3).flatMap(({ evidence }) => evidence),
    remedies: autodetectionMethod(snapshot, new Set(views.map(({ name }) => name)), first.family),
  };
}

// The address is looked for again at every start, with the interfaces that are there then. Where another one would come first now,
// the next start moves the node (autodetection/filtered.go: the kernel's list is walked backwards).
export const addressRightByLuck = defineCheck<Facts>({
  id: 'address-right-by-luck',
  title: 'every node would find the same address again',
  needs: ['logs'],
  uses: ['events', 'ipPools', 'calicoNodes', ...installUses],
  run: (snapshot) => {
    const { renderer, policyOnly } = installOf(snapshot);
    if (renderer === 'canal' || policyOnly) return { notApplicable };
    const groups = Map.groupBy(luckyAddresses(snapshot), ({ family, kind }) => `${family}${kind}`);
    return [...groups.values()].flatMap((lucky) => draftOf(snapshot, lucky) ?? []);
  },
  words: { en: { title, summary } },
});

const spelled = (method: string): string => (method === '' ? 'first-found' : method);

function title({ kind, nodes, method }: Facts): string {
  const who = enumerate(nodes.map(({ node }) => node));
  const [first, ...others] = nodes;
  if (kind === 'keeps-stored')
    return `${who} ${nodes.length === 1 ? 'keeps its address' : 'keep their addresses'} only because it is stored: ${spelled(method)} finds none`;
  const target =
    first?.next && others.length === 0
      ? `${first.next}${first.interface === null ? '' : ` (${first.interface})`}`
      : 'other addresses';
  return `at the next start ${who} would take ${target} with ${spelled(method)}`;
}

function summary({ kind, nodes, method }: Facts): string {
  const [first] = nodes;
  if (kind === 'keeps-stored')
    return 'Nothing on the machine fits the method. A node that joins anew, or whose Node object is made anew, will not start.';
  const now =
    nodes.length === 1 && first
      ? `The address is right now (${first.now}). `
      : 'The addresses are right now. ';
  return kind === 'new-method'
    ? `${now}The DaemonSet has ${spelled(method)} meanwhile, with which no pod was started yet.`
    : `${now}An interface was added since calico-node looked for it, and it would come first.`;
}
