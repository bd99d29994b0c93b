import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Scenario } from './sample.ts';

const folder = path.join(import.meta.dirname, '../scenarios');

const hasScenarios = (module: unknown): module is { readonly scenarios: readonly Scenario[] } =>
  typeof module === 'object' &&
  module !== null &&
  'scenarios' in module &&
  Array.isArray(module.scenarios);

/** Every scenario of test/scenarios, in order of files. */
export async function allScenarios(): Promise<readonly Scenario[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.ts')).toSorted();
  const modules: readonly unknown[] = await Promise.all(
    files.map((file): Promise<unknown> => import(path.join(folder, file))),
  );
  return modules.filter(hasScenarios).flatMap(({ scenarios }) => scenarios);
}
