import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { runCli } from '../../cmd/cli.ts';
import { services } from '../../cmd/services.ts';
import type { Snapshot } from '../../internal/model/snapshot.ts';
import { randomOf } from '../faults/random.ts';
import { canary, layOut, writeCase, type Place } from './cases.ts';

// Takes the seed of a case from each line of standard input, and answers with a line of JSON.

const loose: string[] = [];
const note = (error: unknown): void => {
  loose.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
};
process.on('unhandledRejection', note);
process.on('uncaughtException', note);

interface Printed {
  readonly code: number;
  readonly text: string;
}

async function command(
  args: readonly string[],
  take: (snapshot: Snapshot) => void,
): Promise<Printed> {
  let text = '';
  const write = (part: string): void => void (text += part);
  const code = await runCli(args, {
    stdout: { write },
    stderr: { write },
    env: {},
    isInteractive: false,
    signal: new AbortController().signal,
    ask: () => Promise.resolve(null),
    services: {
      ...services,
      readDump: async (from) => {
        const snapshot = await services.readDump(from);
        take(snapshot);
        return snapshot;
      },
    },
  });
  return { code, text };
}

// Escape sequences and all that a terminal obeys, but for line ends and tabs.
const isControl = (letter: string): boolean => {
  const code = letter.charCodeAt(0);
  return (code < 32 && code !== 9 && code !== 10) || (code > 126 && code < 160);
};
const hasControl = (text: string): boolean => Array.from(text).some(isControl);

function faultsOf(what: string, { code, text }: Printed): readonly string[] {
  return [
    ...(code === 0 || code === 1 || code === 2 ? [] : [`${what}: exit code ${code}`]),
    ...(/^\s+at .+:\d+:\d+\)?$/m.test(text) || text.includes('this is a bug')
      ? [`${what}: ${text.slice(0, 1500)}`]
      : []),
    ...(text.includes('internal error: ')
      ? [`${what}: ${/internal error: .{0,200}/.exec(text)?.[0] ?? ''}`]
      : []),
    ...(hasControl(text) ? [`${what}: a control character was printed`] : []),
    ...(text.trim() === '' ? [`${what}: nothing was printed`] : []),
  ];
}

// Everything below a folder: what is there, how long, and when it was written. Links are not followed: some lead back.
function listing(folder: string): string {
  return readdirSync(folder)
    .toSorted()
    .map((name) => {
      const file = path.join(folder, name);
      const found = lstatSync(file);
      const below = found.isDirectory() ? `\n${listing(file)}` : String(found.size);
      return `${name} ${found.mtimeMs} ${below}`;
    })
    .join('\n');
}

async function runCase(seed: string) {
  const random = randomOf(seed);
  const root = mkdtempSync(path.join(tmpdir(), 'calico-fix-fuzz-'));
  const place: Place = { inside: path.join(root, 'inside'), outside: path.join(root, 'outside') };
  try {
    layOut(place);
    const { target, made } = await writeCase(place, random);
    const before = listing(root);
    const faults: string[] = [];
    const start = process.cpuUsage();
    let hasEscaped = false;
    const take = (snapshot: Snapshot): void => {
      const { nodes } = snapshot.lists;
      const items = nodes.state === 'not-asked' ? [] : (nodes.items ?? []);
      hasEscaped ||= items.some(({ metadata }) => metadata.name === canary);
    };
    const form = random.pick(['json', 'text', 'wide', 'yaml', 'markdown', 'sarif', 'junit']);
    const commands = [
      ['diagnose', '--from', target, '-o', form],
      ['fix', '--from', target, '--dry-run=client', '-o', random.pick(['text', 'json'])],
    ];
    for (const args of commands) {
      const what = [args[0], ...args.slice(3)].join(' ');
      faults.push(...faultsOf(what, await command(args, take)));
    }
    const { user, system } = process.cpuUsage(start);
    const ms = Math.round((user + system) / 1000);
    // An object of that name that was put in under a hostile name is no escape; the files outside are what counts.
    if (hasEscaped) faults.push('a file outside of the dump was read');
    if (listing(root) !== before) faults.push('a file was written');
    faults.push(...loose.splice(0).map((text) => `nobody caught: ${text}`));
    return { seed, made, ms, faults, peakMiB: Math.round(process.resourceUsage().maxRSS / 1024) };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

for await (const seed of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await runCase(seed))}\n`);
}
