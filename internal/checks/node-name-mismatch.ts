import { consequencesOfAddresses } from '../calico/address-consequences.ts';
import { affectedBy } from '../calico/affected.ts';
import { enumerate } from '../calico/enumerate.ts';
import { fieldEvidence } from '../calico/evidence.ts';
import { installOf, installUses } from '../calico/install/install.ts';
import { misnamedNodes, type MisnamedNode, type NameSource } from '../calico/node-names.ts';
import type { Draft } from '../model/finding.ts';
import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { templateContainer } from '../remediations/calico-env.ts';
import {
  cniNodeName,
  forgetStoredName,
  nameFromKubernetes,
  type NamedNode,
} from '../remediations/node-name.ts';
import { defineCheck } from './define.ts';

interface Facts {
  readonly [field: string]: unknown;
  /** Nodes with the names that Calico has for them; null where that is only concluded. */
  readonly nodes: readonly { readonly node: string; readonly name: string | null }[];
  readonly source: NameSource;
  /** The one name that Calico has for several machines; null if they differ. */
  readonly sharedName: string | null;
}

const sharedNameOf = (misnamed: readonly MisnamedNode[]): string | null => {
  const [name, ...others] = new Set(misnamed.map((one) => one.name));
  return misnamed.length > 1 && others.length === 0 ? (name ?? null) : null;
};

function remediesOf(snapshot: Snapshot, misnamed: readonly MisnamedNode[]): readonly Remedy[] {
  const install = installOf(snapshot);
  const source = misnamed[0]?.source;
  const nodes: readonly NamedNode[] = misnamed.map(({ view }) => ({
    node: view.name,
    pod: view.pod?.metadata.name ?? null,
  }));
  if (source === 'cni') return [cniNodeName(install, nodes)];
  const renamed = nameFromKubernetes(install, templateContainer(snapshot, install)?.env);
  const forgotten = forgetStoredName(install, nodes);
  if (!renamed) return [forgotten];
  return source === 'variable' ? [renamed] : [renamed, forgotten];
}

function draftOf(snapshot: Snapshot, misnamed: readonly MisnamedNode[]): Draft<Facts> {
  const views = misnamed.map(({ view }) => view);
  const source = misnamed[0]?.source ?? 'not-told';
  const status = misnamed
    .slice(0, 3)
    .flatMap(({ view }) =>
      view.pod && view.health?.state === 'sick'
        ? [fieldEvidence(view.pod, 'status', view.health.trouble)]
        : [],
    );
  const isSure = misnamed.some(({ isRefused, evidence }) => isRefused || evidence.length > 1);
  const isSilent = misnamed.every(({ name, isRefused }) => name === null && !isRefused);
  return {
    severity: 'error',
    confidence: isSilent ? 'possible' : isSure ? 'confirmed' : 'likely',
    facts: {
      nodes: misnamed.map(({ view, name }) => ({ node: view.name, name })),
      source,
      sharedName: sharedNameOf(misnamed),
    },
    affected: affectedBy(views),
    evidence: [...misnamed.slice(0, 3).flatMap(({ evidence }) => evidence), ...status],
    explains: consequencesOfAddresses(
      snapshot,
      views,
      [],
      [
        'crash-loop',
        'node-without-routes',
        'ip-address-conflict',
        'bird-not-running',
        'cni-install-failed',
        'ip-autodetect-none-found',
      ],
    ),
    remedies: remediesOf(snapshot, misnamed),
  };
}

// Calico's node is the Kubernetes Node of that name. Under another name it finds none, or takes over that of another machine
// (node/pkg/lifecycle/utils: NODENAME, then the stored file, then the host's name).
export const nodeNameMismatch = defineCheck<Facts>({
  id: 'node-name-mismatch',
  title: 'Calico calls every node by its name in Kubernetes',
  needs: ['logs'],
  uses: ['events', ...installUses],
  run: (snapshot) => {
    const groups = Map.groupBy(misnamedNodes(snapshot), ({ source }) => source);
    return [...groups.values()].map((misnamed) => draftOf(snapshot, misnamed));
  },
  words: { en: { title, summary, ruledOut } },
});

function title({ nodes, source, sharedName }: Facts): string {
  const who = enumerate(nodes.map(({ node }) => node));
  if (source === 'cni')
    return `the CNI plugin on ${who} looks for a node ${nodes[0]?.name ?? ''}, which does not exist`;
  if (sharedName !== null) return `${who} all go by the name ${sharedName} in Calico`;
  const [first, ...others] = nodes;
  return others.length === 0 && first?.name
    ? `${first.node} goes by the name ${first.name} in Calico`
    : `${who} go by other names in Calico than in Kubernetes`;
}

const origins: Readonly<Record<NameSource, string>> = {
  variable: 'The name comes from NODENAME, which is set to a fixed value.',
  file: 'The name comes from /var/lib/calico/nodename, which an earlier start (or a copied disk) left on the machine.',
  host: 'NODENAME is not set, so the name is that of the host, which Kubernetes spells otherwise.',
  'not-told': 'Which setting the name comes from was not told.',
  cni: 'The name comes from the configuration of the plugin on the machine.',
};

function summary({ source, sharedName }: Facts): string {
  const effect =
    source === 'cni'
      ? 'No pod on these nodes gets a network.'
      : sharedName !== null
        ? 'Several machines write their address into one node, in turn, and only one of them has routes.'
        : 'calico-node finds no node of that name and does not start.';
  return `${origins[source]} ${effect}`;
}

function ruledOut({ source }: Facts): readonly string[] {
  return source === 'cni' ? ['not calico-node itself: it goes by the right name there'] : [];
}
