import { installFor } from '../calico/install/install-for.ts';
import type { Remedy, Risk } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { inChart } from './container-fields.ts';
import { durablePlace, isSendable, aboutPlace, shellJson } from './durable.ts';
import { durableInstallation } from './durable-fields.ts';
import { installationRef, merge } from './refs.ts';
import { isTree, nested, type Tree } from './tree.ts';

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

const treeOf = (value: unknown): Tree => (isTree(value) ? value : {});

/** Sets one field of the Installation, from which the operator renders calico-node; a JSON merge patch, as it is a custom resource. */
export function installationField(snapshot: Snapshot, field: InstallationField): Remedy {
  const install = installFor(snapshot, field.path);
  const name = install.installation ?? 'default';
  const spec = treeOf(nested(field.path, field.value));
  const body = { spec };
  const durable = durableInstallation(install, spec);
  const chart = inChart(snapshot, install, { installation: spec });
  const place = durablePlace(install);
  const own = {
    action: install.action,
    target: { kind: 'Installation', name },
    changes: isSendable(install) ? [merge(installationRef(name), body)] : [],
  };
  return {
    id: field.id,
    title: field.title,
    risk: field.risk ?? 'restarts-pods',
    ...own,
    consequences: [...field.consequences, ...aboutPlace(install, { ...own, ...chart })],
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
