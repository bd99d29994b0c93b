import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { buildBinary, buildProgram } from './package-binary.ts';
import { executableOf, hostTarget } from './package-targets.ts';

const warmUps = 3;

interface Contender {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

function millisecondsOf({ name, command, args }: Contender): number {
  const start = process.hrtime.bigint();
  const { status, error } = spawnSync(command, [...args], { stdio: 'ignore' });
  const taken = Number(process.hrtime.bigint() - start) / 1e6;
  if (status !== 0) throw new Error(`${name} ended with ${status}`, { cause: error });
  return taken;
}

/** The middle one of a list of times; that of the lower half where there are two. */
export const median = (times: readonly number[]): number =>
  times.toSorted((a, b) => a - b)[Math.floor((times.length - 1) / 2)] ?? Number.NaN;

// In turns, so that what else the machine does meanwhile hits all alike.
function measure(contenders: readonly Contender[], runs: number): readonly number[] {
  const times = contenders.map((): number[] => []);
  for (let run = -warmUps; run < runs; run += 1) {
    for (const [index, contender] of contenders.entries()) {
      const taken = millisecondsOf(contender);
      if (run >= 0) times[index]?.push(taken);
    }
  }
  return times.map(median);
}

async function buildHere(folder: string): Promise<string> {
  const target = hostTarget();
  if (!target) throw new Error(`no binary is made for ${process.platform} ${process.arch}`);
  const program = await buildProgram(path.join(folder, 'program'));
  const file = path.join(folder, executableOf(target));
  await writeFile(file, (await buildBinary(program, target)).bytes, { mode: 0o755 });
  return file;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      binary: { type: 'string' },
      kubectl: { type: 'string', default: 'kubectl' },
      runs: { type: 'string', default: '40' },
    },
  });
  const folder = await mkdtemp(path.join(tmpdir(), 'calico-fix-bench-'));
  try {
    const command = values.binary ?? (await buildHere(folder));
    const [ours = NaN, theirs = NaN] = measure(
      [
        { name: 'kubectl-calico_fix version', command, args: ['version'] },
        {
          name: 'kubectl version --client',
          command: values.kubectl,
          args: ['version', '--client'],
        },
      ],
      Number(values.runs),
    );
    console.log(`kubectl-calico_fix version  ${ours.toFixed(1)} ms`);
    console.log(`kubectl version --client    ${theirs.toFixed(1)} ms`);
    console.log(`ratio                       ${(ours / theirs).toFixed(2)}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) await main();
