import type { Install, Renderer } from '../../model/install.ts';
import { itemsOf } from '../snapshot-lists.ts';
import { nameOf } from './objects.ts';
import type { InstallView } from './view.ts';
import { words } from './words.ts';

const says = words.en;

/** What kind of Calico a template makes. */
export interface Traits extends Pick<Install, 'datastore' | 'policyOnly' | 'typha'> {
  readonly reasons: readonly string[];
}

const isTypha = ({ metadata }: { readonly metadata: { readonly name: string } }): boolean =>
  metadata.name === 'calico-typha';

// calico.yaml of older releases has the variable with the value `none`; its ConfigMap may be
// missing in a dump.
function typhaMark({ snapshot, settings, workload }: InstallView): string | null {
  const name = 'FELIX_TYPHAK8SSERVICENAME';
  const service = settings?.env.get(name);
  if (service === 'none') return null;
  if (service && workload) return says.variable(nameOf(workload.object), name, service);
  const namespace = workload?.namespace;
  const found =
    itemsOf(snapshot, 'deployments').find((object) => isTypha(object)) ??
    itemsOf(snapshot, 'services').find((object) => isTypha(object));
  const isHere = namespace === undefined || found?.metadata.namespace === namespace;
  return found && isHere ? nameOf(found) : null;
}

/** Datastore, policy-only and Typha, by the template's variables; Typha also by its own objects. */
export function traitsOf(view: InstallView, renderer: Renderer): Traits {
  const { settings, workload } = view;
  const datastore = settings?.datastore ?? 'kubernetes';
  const policyOnly = renderer !== 'canal' && settings?.backend === 'none';
  const typha = typhaMark(view);
  const name = workload ? nameOf(workload.object) : '';
  return {
    datastore,
    policyOnly,
    typha: typha !== null,
    reasons: [
      ...(datastore === 'etcd' ? [says.etcd(name)] : []),
      ...(policyOnly ? [says.policyOnly(name)] : []),
      ...(settings?.backend === 'vxlan' ? [says.vxlan(name)] : []),
      ...(typha === null ? [] : [says.typha(typha)]),
    ],
  };
}
