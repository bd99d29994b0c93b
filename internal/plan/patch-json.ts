import { applyPatch, type Operation } from 'rfc6902';
import { isFields } from './fields.ts';
import { isList } from './json-value.ts';
import { PatchError, type PatchProblem } from './patch-error.ts';

const kinds = new Set(['add', 'remove', 'replace', 'move', 'copy', 'test']);

const isOperation = (value: unknown): value is Operation =>
  isFields(value) &&
  typeof value['op'] === 'string' &&
  kinds.has(value['op']) &&
  typeof value['path'] === 'string';

const problems: Readonly<Record<string, PatchProblem>> = {
  MissingError: 'missing',
  TestError: 'test-failed',
};

/**
 * RFC 6902: the value after all operations. Throws a PatchError at the first that fails; nothing is done by halves, as the
 * value given is left as it is.
 */
export function jsonPatched(target: unknown, patch: unknown): unknown {
  if (!isList(patch) || !patch.every(isOperation))
    throw new PatchError('invalid', '', 'A JSON patch is a list of operations.');
  const holder = { root: structuredClone(target) };
  for (const operation of patch) applyOne(holder, operation);
  return holder.root;
}

// The library works in place and refuses to replace the root, so the value stands in a holder.
function applyOne(holder: { readonly root: unknown }, operation: Operation): void {
  const moved = { ...operation, path: `/root${operation.path}` };
  const [error] = applyPatch(holder, [
    'from' in moved ? { ...moved, from: `/root${moved.from}` } : moved,
  ]);
  if (!error) return;
  const problem = problems[error.name] ?? 'invalid';
  throw new PatchError(problem, operation.path, words[problem](operation.op, operation.path));
}

const words: Readonly<Record<PatchProblem, (operation: string, path: string) => string>> = {
  missing: (operation, path) => `${operation} ${path}: there is no such field.`,
  'test-failed': (_operation, path) => `${path} has another value than the patch expects.`,
  invalid: (operation, path) => `${operation} ${path}: this is no operation of a JSON patch.`,
};
