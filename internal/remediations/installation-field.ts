import { installOf } from '../calico/install/install.ts';
import { overlayInstallation } from '../calico/install/objects.ts';
import type { Remedy, Risk } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { inChart } from './container-fields.ts';
import { durablePlace, isSendable, lastsUntil, shellJson } from './durable.ts';
import { durableInstallation } from './durable-fields.ts';
import { installationRef, merge } from './refs.ts';
import { isTree, nested, valueAt, type Tree } from './tree.ts';

export interface InstallationField {
  readonly id: string;
  readonly title: string;
  /** Below `spec`. */
  readonly path: readonly string[];
  readonly value: unknown;
  readonly consequences: readonly string[];
  /** The pods restart, unless it is more than that. */
  readonly risk?: Risk;
}

/** The Installation that a field below `spec` counts in: the overlay where that one sets it, as it wins. */
export function installationFor(snapshot: Snapshot, path: readonly string[]): string {
  const overlay = overlayInstallation(snapshot);
  if (overlay && valueAt(overlay, ['spec', ...path]) !== undefined) return overlay.metadata.name;
  const { installation } = installOf(snapshot);
  return installation === null || installation === 'overlay' ? 'default' : installation;
}

const treeOf = (value: unknown): Tree => (isTree(value) ? value : {});

/** Sets one field of the Installation, from which the operator renders calico-node; a JSON merge patch, as it is a custom resource. */
export function installationField(snapshot: Snapshot, field: InstallationField): Remedy {
  const install = installOf(snapshot);
  const name = installationFor(snapshot, field.path);
  const spec = treeOf(nested(field.path, field.value));
  const body = { spec };
  const durable = durableInstallation(install, spec);
  const chart = inChart(snapshot, install, { installation: spec });
  const place = durablePlace(install);
  return {
    id: field.id,
    title: field.title,
    action: install.action,
    risk: field.risk ?? 'restarts-pods',
    target: { kind: 'Installation', name },
    changes: isSendable(install) ? [merge(installationRef(name), body)] : [],
    consequences: [
      ...field.consequences,
      ...lastsUntil({ ...install, action: chart?.action ?? install.action }),
    ],
    manual: isSendable(install)
      ? [
          `kubectl patch installation ${name} --type merge -p ${shellJson(body)}`,
          `# ${words.alsoIn(place)}`,
        ]
      : [`# ${words.onlyIn(place)}`, `# ${JSON.stringify(body)}`],
    ...(durable.length > 0 ? { durable } : {}),
    ...chart,
  };
}

const words = {
  alsoIn: (place: string): string => `and the same in ${place}, so that it lasts`,
  onlyIn: (place: string): string =>
    `this has to be changed in ${place}; a change here would be taken back`,
};
