import type { Expectation, Sample, Scenario } from './sample.ts';

/** The names of a sample's nodes. */
export const namesOf = (sample: Sample): string[] =>
  (sample.lists.nodes ?? []).map(({ metadata }) => metadata.name);

/** What is expected of a fault: its finding first, about these nodes. */
export const found = (first: string, nodes?: readonly string[]): Expectation => ({
  verdict: 'findings',
  first,
  ...(nodes ? { nodes } : {}),
});

/** A scenario in the layout of plain object files. */
export const make = (
  name: string,
  title: string,
  build: () => Sample,
  expect: Expectation,
): Scenario => ({ name, title, layout: 'objects', expect, build });
