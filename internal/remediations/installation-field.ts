import { installOf } from '../calico/install/install.ts';
import type { Change, Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { durablePlace, isSendable, shellJson } from './durable.ts';

export interface InstallationField {
  readonly id: string;
  readonly title: string;
  /** Below `spec`. */
  readonly path: readonly string[];
  readonly value: unknown;
  readonly consequences: readonly string[];
}

const nest = (path: readonly string[], value: unknown): unknown =>
  path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);

/** Sets one field of the Installation, from which the operator renders calico-node; a JSON merge patch, as it is a custom resource. */
export function installationField(snapshot: Snapshot, field: InstallationField): Remedy {
  const install = installOf(snapshot);
  const name = install.installation ?? 'default';
  const body = nest(['spec', ...field.path], field.value);
  const change: Change = {
    ref: { apiVersion: 'operator.tigera.io/v1', kind: 'Installation', name },
    verb: 'patch',
    patchType: 'merge',
    body,
  };
  const place = durablePlace(install);
  return {
    id: field.id,
    title: field.title,
    action: install.action,
    risk: 'restarts-pods',
    target: { kind: 'Installation', name },
    changes: isSendable(install) ? [change] : [],
    consequences: field.consequences,
    manual: isSendable(install)
      ? [
          `kubectl patch installation ${name} --type merge -p ${shellJson(body)}`,
          `# ${words.alsoIn(place)}`,
        ]
      : [`# ${words.onlyIn(place)}`, `# ${JSON.stringify(body)}`],
  };
}

const words = {
  alsoIn: (place: string): string => `and the same in ${place}, so that it lasts`,
  onlyIn: (place: string): string =>
    `this has to be changed in ${place}; a change here would be taken back`,
};
