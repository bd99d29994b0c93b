import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { checks } from '../internal/checks/index.ts';
import { baseNeeds, diagnose, narrow } from '../internal/checks/run.ts';
import { undeterminedId } from '../internal/checks/undetermined.ts';
import { readDump } from '../internal/cluster/dump.ts';
import type { Check } from '../internal/model/check.ts';
import type { ListName, Snapshot } from '../internal/model/snapshot.ts';

// The contract of a check: code, words, page, test and sample under one id, and needs that are what it really reads.
const root = path.join(import.meta.dirname, '..');
const ids = [...checks.map(({ id }) => id), undeterminedId];
const notChecks = new Set(['define', 'index', 'rank', 'run', 'signature']);
const headings = [
  '## What you see',
  '## Why it happens',
  '## How to tell it from look-alikes',
  '## What the fix changes',
  '## By hand',
];

describe.each(ids)('%s', (id) => {
  it.each([
    ['code', `internal/checks/${id}.ts`],
    ['page', `internal/checks/${id}.md`],
    ['test', `test/checks/${id}.test.ts`],
    ['sample', `test/dumps/${id}/sample.json`],
  ])('has its %s', (_what, file) => {
    expect(existsSync(path.join(root, file)), file).toBe(true);
  });

  it('has a page with the five headings in order', async () => {
    const page = await readFile(path.join(root, `internal/checks/${id}.md`), 'utf8');
    expect(page.startsWith(`# ${id}\n`)).toBe(true);
    expect(page.split('\n').filter((line) => line.startsWith('## '))).toEqual(headings);
  });

  it('has a sample in which it comes first', async () => {
    const snapshot = await readDump(path.join(root, 'test/dumps', id));
    expect(diagnose(snapshot, { toolVersion: 'test' }).findings[0]?.id).toBe(id);
  });
});

it('has no file of a check that is not in the list, and no id twice', async () => {
  const files = (await readdir(path.join(root, 'internal/checks'))).filter((file) =>
    file.endsWith('.ts'),
  );
  const names = files.map((file) => file.replace('.ts', '')).filter((name) => !notChecks.has(name));
  expect(names.toSorted()).toEqual(ids.toSorted());
  expect(new Set(ids).size).toBe(ids.length);
});

/** A snapshot that notes which of its lists are looked at. */
function watched(snapshot: Snapshot, read: Set<string>): Snapshot {
  const lists = new Proxy(snapshot.lists, {
    get(target, name: keyof Snapshot['lists']) {
      read.add(name);
      return target[name];
    },
  });
  return {
    ...snapshot,
    lists,
    get logs() {
      read.add('logs');
      return snapshot.logs;
    },
  };
}

const names = await readdir(path.join(root, 'test/dumps'));
const snapshots = await Promise.all(
  names.map((name) => readDump(path.join(root, 'test/dumps', name))),
);

function readBy(check: Check, of: (snapshot: Snapshot) => Snapshot): Set<string> {
  const read = new Set<string>();
  for (const snapshot of snapshots) check.run(watched(of(snapshot), read));
  return read;
}

describe.each(checks)('$id reads what it declares', (check) => {
  it('and nothing else', () => {
    const declared = new Set<string>([...baseNeeds, ...check.needs, ...check.uses]);
    const read = readBy(check, (snapshot) => snapshot);
    const shared = new Set<ListName | 'logs'>(['configMaps', 'events']);
    expect(
      [...read].filter((name) => !declared.has(name) && !shared.has(name as ListName)),
    ).toEqual([]);
  });

  it('and all of it, over the samples together', () => {
    const read = readBy(check, (snapshot) => narrow(snapshot, check));
    expect(check.needs.filter((need) => !read.has(need))).toEqual([]);
  });
});
