import type { Diagnosis } from '../model/diagnosis.ts';
import type { Install } from '../model/install.ts';
import { hasNoCalico } from './verdict.ts';
import { words } from './words.ts';

const { closing: says, owners, distributions, renderers } = words.en;

// The newest time in a dump is a fact about the dump; without one the reader says 1970.
function sourceName({ source, takenAt }: Diagnosis): string {
  if (source.kind === 'live') return source.name === '' ? '' : says.context(source.name);
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)/.exec(takenAt);
  if (!match || takenAt.startsWith('1970-')) return says.dumpOfUnknownTime;
  return says.dump(`${match[1] ?? ''} ${match[2] ?? ''} UTC`);
}

/** Calico's version, what renders it, whose it is and where: `Calico v3.27.1 by manifest (kubespray) in kube-system`. */
export function calicoSentence(install: Install): string {
  const { renderer, owner, distribution, calicoVersion, namespace } = install;
  if (renderer === 'none' && calicoVersion === null) return says.noCalico;
  const labels = [distribution === null ? '' : distributions[distribution], owners[owner]];
  const named = [...new Set(labels.filter(Boolean))].join(', ');
  return [
    says.calico(calicoVersion),
    renderers[renderer],
    named === '' ? '' : `(${named})`,
    namespace === null ? '' : says.inNamespace(namespace),
  ]
    .filter(Boolean)
    .join(' ');
}

/** What was looked at, and how far that went, as the parts of the last line. */
export function closingParts(diagnosis: Diagnosis, isWide: boolean): readonly string[] {
  const { install, checks, nodes } = diagnosis;
  // Not seen is not absent: where something could not be read, nothing is said of it.
  const isUnseen = install.renderer === 'none' && !hasNoCalico(diagnosis);
  const passed = checks.filter(({ result }) => result === 'passed').length;
  const unknown = checks.filter(({ result }) => result === 'unknown').length;
  return [
    sourceName(diagnosis),
    nodes > 0 ? says.nodes(nodes) : '',
    isUnseen ? '' : calicoSentence(install),
    install.kubernetesVersion === null ? '' : says.kubernetes(install.kubernetesVersion),
    says.checks(passed, unknown) + (unknown > 0 && !isWide ? says.list : ''),
  ].filter(Boolean);
}
