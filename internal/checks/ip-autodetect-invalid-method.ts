import { consequencesOfAddresses } from '../calico/address-consequences.ts';
import { affectedBy } from '../calico/affected.ts';
import type { FailureKind } from '../calico/detection-failures.ts';
import { counted, enumerate } from '../calico/enumerate.ts';
import { refOf } from '../calico/evidence.ts';
import { installOf, installUses } from '../calico/install/install.ts';
import { misreadSettings, type MisreadSetting } from '../calico/misread-settings.ts';
import { nodeViews } from '../calico/nodes.ts';
import { findObject } from '../calico/snapshot-lists.ts';
import type { Draft, ObjectRef } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { autodetectionMethod } from '../remediations/autodetection-method.ts';
import { clearStoredAddress } from '../remediations/clear-stored-address.ts';
import { defineCheck } from './define.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly kind: FailureKind;
  /** The variable with the value; null where what is stored cannot be read. */
  readonly variable: string | null;
  readonly value: string;
  readonly nodes: readonly string[];
  /** Nodes in the cluster: a setting of the DaemonSet reaches all of them in the end. */
  readonly all: number;
  readonly calicoVersion: string | null;
}

function daemonSetRefs(snapshot: Snapshot): readonly ObjectRef[] {
  const { daemonSet: name, namespace } = installOf(snapshot);
  const found = name ? findObject(snapshot, 'daemonSets', name, namespace ?? undefined) : undefined;
  return found ? [refOf(found)] : [];
}

function draftOf(snapshot: Snapshot, setting: MisreadSetting): Draft<Facts> {
  const { kind, family, variable, value, sick, isSaid } = setting;
  const isHarmful = sick.length > 0;
  const names = new Set(sick.map(({ name }) => name));
  const remedies = autodetectionMethod(snapshot, names, family);
  return {
    severity: isHarmful ? 'error' : 'warning',
    confidence: isSaid || !isHarmful ? 'confirmed' : 'likely',
    facts: {
      kind,
      variable,
      value,
      nodes: [...names],
      all: nodeViews(snapshot).length,
      calicoVersion: installOf(snapshot).calicoVersion,
    },
    affected: isHarmful ? affectedBy(sick) : daemonSetRefs(snapshot),
    evidence: setting.evidence,
    explains: isHarmful
      ? consequencesOfAddresses(
          snapshot,
          sick,
          [],
          ['crash-loop', 'ip-autodetect-none-found', 'node-without-routes', 'bird-not-running'],
        )
      : [],
    remedies:
      variable === null || remedies.length === 0
        ? [clearStoredAddress(snapshot, family, [...names])]
        : remedies,
  };
}

// What calico-node does not understand ends its start, at once for an unknown method, and where no address is stored for a
// pattern or a network that does not parse (autodetection_methods.go). Each pod that the rollout makes fails alike.
export const ipAutodetectInvalidMethod = defineCheck<Facts>({
  id: 'ip-autodetect-invalid-method',
  title: 'calico-node understands how it is told to find its address',
  needs: ['daemonSets'],
  uses: ['logs', 'events', 'ipPools', 'calicoNodes', ...installUses],
  run: (snapshot) => misreadSettings(snapshot).map((setting) => draftOf(snapshot, setting)),
  words: { en: { title, summary } },
});

function title({ variable, value, nodes, kind }: Facts): string {
  const where = nodes.length > 0 ? ` on ${enumerate(nodes)}` : '';
  if (kind === 'bad-stored')
    return `calico-node cannot read the address that is stored${where}: ${value}`;
  return `calico-node does not understand ${variable}=${value}${where}`;
}

function reason({ kind, value, calicoVersion }: Facts): string {
  switch (kind) {
    case 'unknown-method': {
      const isKnownLater = /^(?:cidr=|kubernetes-internal-ip)/.test(value);
      const release = calicoVersion ?? 'This release';
      return isKnownLater
        ? `${release} is too old for this method (cidr= came with v3.16, kubernetes-internal-ip with v3.22).`
        : `It is none of the methods that ${release} knows; case and blanks count.`;
    }
    case 'bad-pattern':
      return 'The pattern is no regular expression of Go: look-around and back references do not exist there, and a comma always separates two patterns.';
    case 'bad-network':
      return 'One of the networks is not written as ADDRESS/LENGTH, and one bad element spoils the list.';
    case 'unexpanded':
      return 'The variable in it was not filled in: it has to stand before this one in the list of the container.';
    case 'bad-address':
      return 'It has to be autodetect, none or an address of the right family, in lower case and without blanks.';
    default:
      return 'The value is no address with a length.';
  }
}

function summary(facts: Facts): string {
  const { nodes, all } = facts;
  const effect =
    nodes.length === 0
      ? 'No pod has failed with it yet; the next one that starts without a stored address will.'
      : nodes.length < all
        ? `calico-node ends at once; ${counted(all - nodes.length, 'node')} will follow when the rollout goes on.`
        : 'calico-node ends at once and is started again and again.';
  return `${reason(facts)} ${effect}`;
}
