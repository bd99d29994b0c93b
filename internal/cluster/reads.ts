import type { KubeObject } from '../model/kubernetes.ts';
import type { ListName, Lists, Read, ReadError } from '../model/snapshot.ts';
import { type Listed, type ListAsk, readList, readOne } from './list.ts';
import { type Failure, isAbsence, type Outcome } from './read-error.ts';
import type { Phase, Run } from './run.ts';
import type { Target } from './target.ts';

/** One request (or series of pages) for a list: all of a resource somewhere, or one object by name. */
export interface Part {
  readonly target: Target;
  readonly ask?: ListAsk;
  /** A refusal is told to the user, and the list holds without it; where it is lost otherwise, the list is not whole. */
  readonly isOptional?: boolean;
}

export const notAsked = (
  reason: string,
): { readonly state: 'not-asked'; readonly reason: string } => ({
  state: 'not-asked',
  reason,
});

const keyOf = ({ kind, metadata }: KubeObject): string =>
  `${kind}/${metadata.namespace ?? ''}/${metadata.name}`;

/** The objects of several reads, each once, in the order of their first appearance. */
export function unique<T extends KubeObject>(items: Iterable<T>): readonly T[] {
  const found = new Map<string, T>();
  for (const item of items) {
    const key = keyOf(item);
    if (!found.has(key)) found.set(key, item);
  }
  return [...found.values()];
}

/** One list out of several: failed if one failed, with all items only where that one is not whole; else what was read. */
export function join<T extends KubeObject>(reads: readonly Read<T>[]): Read<T> {
  const failed = reads.filter((one) => one.state === 'failed');
  const missing = failed.find(({ items }) => items === undefined);
  if (missing) return missing;
  const given = reads.filter((one) => one.state !== 'not-asked');
  const [first] = reads;
  if (given.length === 0) return first ?? notAsked('nothing to ask for');
  const items = unique(given.flatMap((one) => one.items ?? []));
  return failed[0] ? { ...failed[0], items } : { state: 'read', items };
}

const placeOf = ({ resource, namespace }: Target): string =>
  namespace === undefined ? resource : `${resource} in namespace ${namespace}`;

const isForbidden = (outcome: Outcome<unknown>): outcome is Failure =>
  outcome.state === 'failed' && outcome.error.kind === 'forbidden';

async function ask<Name extends ListName>(
  run: Run,
  phase: Phase,
  name: Name,
  { target, ask: more }: Part,
): Promise<Outcome<Listed<Lists[Name]>>> {
  const read = target.name === undefined ? readList : readOne;
  const outcome = await run.step(phase, read(run.api, name, target, more));
  if (outcome.state === 'read') {
    for (const warning of outcome.value.warnings) run.warn(warning);
    if (outcome.value.isCut) {
      run.warn(`There are more ${placeOf(target)}: only ${outcome.value.items.length} were read.`);
    }
  }
  return outcome;
}

// What every Kubernetes serves that Calico runs on. discovery.k8s.io/v1 came later (1.21): only discovery tells whether it is there.
const alwaysServed: ReadonlySet<string> = new Set([
  '',
  'apps',
  'apiextensions.k8s.io',
  'coordination.k8s.io',
  'rbac.authorization.k8s.io',
]);

const isBuiltIn = ({ group, version }: Target, { groups }: Run): boolean =>
  alwaysServed.has(group) || (group === 'discovery.k8s.io' && groups?.get(group) === version);

// Not found: an object that is not there, which is an answer; or a type that the API does not serve, which of those that it must
// serve says only that something else has answered.
function readOf<T>(run: Run, { target }: Part, outcome: Outcome<Listed<T>>): Read<T> {
  if (outcome.state === 'read') return { state: 'read', items: outcome.value.items };
  const { error, details } = outcome;
  if (error.kind !== 'not-found') return { state: 'failed', error };
  if (target.name !== undefined && isAbsence(details?.reason ?? '', error.message))
    return { state: 'read', items: [] };
  if (isBuiltIn(target, run)) return { state: 'failed', error };
  const { group, resource } = target;
  return notAsked(`the cluster does not serve ${group === '' ? resource : `${resource}.${group}`}`);
}

function tellLoss(run: Run, { target }: Part, { right, message }: ReadError): void {
  if (right)
    run.leaveOut({ ...right, ...(target.namespace ? { namespace: target.namespace } : {}) });
  else run.warn(`Could not read ${placeOf(target)}: ${message}`);
}

/** Reads the parts of one list at the same time and puts them together. */
export async function readParts<Name extends ListName>(
  run: Run,
  name: Name,
  parts: readonly Part[],
  phase: Phase = 'lists',
): Promise<Read<Lists[Name]>> {
  const reads = await Promise.all(
    parts.map(async (part) => {
      const read = readOf(run, part, await ask(run, phase, name, part));
      if (read.state !== 'failed' || !part.isOptional) return read;
      tellLoss(run, part, read.error);
      // Whoever may not read it can do without; what could not be had may be what tells.
      return read.error.kind === 'forbidden'
        ? notAsked(read.error.message)
        : { ...read, items: [] };
    }),
  );
  return join(reads);
}

/**
 * Reads a list in all namespaces; where that is forbidden, in each of `namespaces` that allows it, with a warning. If none
 * of them gives anything, the refusal stands: an empty answer would say that there is nothing.
 */
export async function readAcross<Name extends ListName>(
  run: Run,
  name: Name,
  part: Part,
  namespaces: readonly string[],
): Promise<Read<Lists[Name]>> {
  const everywhere = await ask(run, 'lists', name, part);
  if (!isForbidden(everywhere)) return readOf(run, part, everywhere);
  const reads = await Promise.all(
    namespaces.map((namespace) =>
      readParts(run, name, [{ ...part, target: { ...part.target, namespace } }]),
    ),
  );
  const read = reads.flatMap((one, index) => (one.state === 'read' ? [[one, index] as const] : []));
  const one = join(read.map(([some]) => some));
  if (one.state !== 'read' || one.items.length === 0) return readOf(run, part, everywhere);
  const seen = read.map(([, index]) => namespaces[index]).join(', ');
  run.warn(`${everywhere.error.message}: of the namespaces only ${seen} were looked at.`);
  return one;
}
