import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { allTried, isAmong, remediesByHand } from '../e2e/support/journey-remedies.ts';

// The role that is printed for a remedy is tried on a real API server for every one that changes something: see
// test/e2e/journeys-rights.test.ts. A new remedy is listed there, or among those that are a person's work alone.
const folder = path.join(import.meta.dirname, '../../internal/remediations');

// An `id` field, the first argument of what makes remedies by hand, and what templates begin with.
const literal = /(?:\bid: |\b(?:byHand|manual|onNodes)\(\s*)'([a-z0-9-]+)'|`([a-z-]+-)\$\{/g;

const idsIn = (text: string): readonly string[] =>
  [...text.matchAll(literal)].map(([, whole, start]) => whole ?? start ?? '');

const ids = [
  ...new Set(
    readdirSync(folder).flatMap((file) => idsIn(readFileSync(path.join(folder, file), 'utf8'))),
  ),
];
const known = [...allTried, ...remediesByHand];

/** True where one in a list is that of the source, or one that its template makes. */
const isOf = (one: string, id: string): boolean =>
  one === id || (id.endsWith('-') && one.startsWith(id));

describe('every remedy', () => {
  it('is tried with its own role, or is by hand', () => {
    expect(ids.length).toBeGreaterThan(100);
    expect(ids.filter((id) => !known.some((one) => isOf(one, id)))).toEqual([]);
  });

  it('is in one list, and is there', () => {
    const both = remediesByHand.filter((id) => isAmong(id, allTried));
    const gone = known.filter((one) => !ids.some((id) => isOf(one, id)));
    expect({ both, gone }).toEqual({ both: [], gone: [] });
  });
});
