import { consequencesOfAddresses } from '../calico/address-consequences.ts';
import { affectedBy } from '../calico/affected.ts';
import type { Family } from '../calico/autodetection/address.ts';
import {
  detectionFailures,
  isMisunderstood,
  type FailureKind,
} from '../calico/detection-failures.ts';
import { enumerate } from '../calico/enumerate.ts';
import { installUses } from '../calico/install/install.ts';
import { inventoryOf } from '../calico/inventory.ts';
import type { NodeView } from '../calico/nodes.ts';
import { unseenFailures, type SeenFailure } from '../calico/unseen-failures.ts';
import { methodOn } from '../calico/wrong-kind.ts';
import type { Draft } from '../model/finding.ts';
import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { autodetectionMethod } from '../remediations/autodetection-method.ts';
import { outsideCluster } from '../remediations/outside.ts';
import { withoutIPv6 } from '../remediations/without-ipv6.ts';
import { defineCheck } from './define.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly family: Family;
  readonly nodes: readonly string[];
  readonly kind: FailureKind;
  /** The method that finds nothing; empty stands for first-found. */
  readonly method: string;
  /** What the method asks for, as Calico names it. */
  readonly subject: string;
  /** Names of the interfaces of the first node, where they are known. */
  readonly interfaces: readonly string[];
}

const interfacesOf = (snapshot: Snapshot, view: NodeView, family: Family): readonly string[] =>
  inventoryOf(snapshot, view)
    .interfaces.filter(({ addresses }) =>
      addresses.some(({ ip }) => ip.includes(':') === (family === 6)),
    )
    .map(({ name }) => name)
    .filter((name) => name !== 'lo');

function fallback(views: readonly NodeView[]): Remedy {
  const [first] = views;
  return outsideCluster(remedyWords.look, [
    `# on ${first?.name ?? 'the node'}: does it have an address at all?`,
    'ip -brief address show',
    'ip route show default',
  ]);
}

function draftOf(snapshot: Snapshot, failures: readonly SeenFailure[]): Draft<Facts> | null {
  const [first] = failures;
  if (!first) return null;
  const views = failures.map(({ view }) => view);
  const { kind, family, subject } = first;
  const isSure = failures.some(({ evidence }) => evidence.length > 1);
  const remedies = autodetectionMethod(snapshot, new Set(views.map(({ name }) => name)), family);
  const without = family === 6 ? [withoutIPv6(snapshot)].filter((one) => one !== null) : [];
  return {
    severity: 'error',
    confidence: first.confidence ?? (isSure ? 'confirmed' : 'likely'),
    facts: {
      family,
      nodes: views.map(({ name }) => name),
      kind,
      method: methodOn(snapshot, first.view, family),
      subject,
      interfaces: interfacesOf(snapshot, first.view, family),
    },
    affected: affectedBy(views),
    evidence: failures.slice(0, 3).flatMap(({ evidence }) => evidence),
    explains: consequencesOfAddresses(
      snapshot,
      views,
      [],
      ['crash-loop', 'node-without-routes', 'bird-not-running'],
    ),
    remedies: [...without, ...(remedies.length > 0 ? remedies : [fallback(views)])],
  };
}

function draftsOf(snapshot: Snapshot): readonly Draft<Facts>[] {
  const said = detectionFailures(snapshot).filter(
    (failure) => failure.isFatal && !isMisunderstood(failure),
  );
  const groups = Map.groupBy([...said, ...unseenFailures(snapshot)], (failure) =>
    JSON.stringify([failure.family, failure.kind, failure.view.pod?.metadata.namespace]),
  );
  return [...groups.values()].flatMap((failures) => draftOf(snapshot, failures) ?? []);
}

// Without an address of its own a node has no place in the mesh, so calico-node does not start (startup.go,
// configureIPsAndSubnets). The method in use matches nothing on this machine, or detection is switched off.
export const ipAutodetectNoneFound = defineCheck<Facts>({
  id: 'ip-autodetect-none-found',
  title: 'calico-node finds an address on every node',
  needs: ['logs'],
  uses: ['events', 'ipPools', 'calicoNodes', ...installUses],
  run: draftsOf,
  words: { en: { title, summary, ruledOut } },
});

const spelled = (method: string): string => (method === '' ? 'first-found' : method);

function title({ nodes, kind, method, family }: Facts): string {
  const who = enumerate(nodes);
  const address = `IPv${family} address`;
  switch (kind) {
    case 'switched-off':
      return `calico-node has no address on ${who}: detection is switched off`;
    case 'no-internal-ip':
      return `the address that Kubernetes knows is not on an interface of ${who}`;
    default:
      return `calico-node finds no ${address} on ${who} with ${spelled(method)}`;
  }
}

const causes: { readonly [Kind in FailureKind]?: (facts: Facts) => string } = {
  'no-interface': ({ subject, interfaces }) =>
    `No interface there has a name that fits${subject ? ` ${subject}` : ''}.${
      interfaces.length > 0 ? ` It has ${enumerate(interfaces, 5)}.` : ''
    }`,
  'no-address': ({ subject, family }) =>
    `No interface there has an IPv${family} address that fits${subject ? ` ${subject}` : ''}.`,
  'not-reached': ({ subject }) =>
    `The machine has no way to ${subject}, or cannot resolve the name, so no address is chosen for it.`,
  'no-internal-ip': () =>
    'kubernetes-internal-ip takes only what Kubernetes has as InternalIP, and only if an interface carries it.',
  'switched-off': () =>
    'IP is none (or the Installation sets no method) and nothing is stored, while Calico is to make routes.',
};

function summary(facts: Facts): string {
  const cause = causes[facts.kind]?.(facts) ?? 'The method in use matches nothing on the machine.';
  return `${cause} calico-node ends at once and is started again and again; the other nodes have no routes to it.`;
}

function ruledOut({ kind, nodes }: Facts): readonly string[] {
  return kind === 'not-told' || nodes.length === 0
    ? []
    : ['not the datastore: calico-node got as far as looking for its address'];
}

const remedyWords = { look: 'Give the machine an address that calico-node can use' };
