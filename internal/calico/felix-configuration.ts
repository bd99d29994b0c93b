import type { Evidence } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { fieldEvidence } from './evidence.ts';
import type { NodeView } from './nodes.ts';
import { settingsOf } from './settings.ts';
import { findObject } from './snapshot-lists.ts';

/** A setting of Felix with the object that sets it. */
export interface FelixSetting {
  readonly value: string;
  readonly evidence: Evidence;
}

/**
 * What a field of FelixConfiguration (`iptablesBackend`) is for a node; null where nothing sets it, or what does was not read.
 * An environment variable beats the FelixConfiguration of the node, which beats `default` (felix/config, all releases).
 */
export function felixSettingOf(
  snapshot: Snapshot,
  view: NodeView,
  field: string,
): FelixSetting | null {
  const variable = `FELIX_${field.toUpperCase()}`;
  const own = settingsOf(snapshot, view.pod?.spec, view.pod).env.get(variable);
  if (own && view.pod) return { value: own, evidence: fieldEvidence(view.pod, variable, own) };
  for (const name of [`node.${view.name}`, 'default']) {
    const object = findObject(snapshot, 'felixConfigurations', name);
    const value = object?.spec?.[field];
    if (object && (typeof value === 'string' || typeof value === 'number')) {
      return { value: `${value}`, evidence: fieldEvidence(object, `spec.${field}`, `${value}`) };
    }
  }
  return null;
}
