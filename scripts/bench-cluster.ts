import { readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type BenchCluster, startBenchCluster } from './bench-cluster-fill.ts';
import {
  type Contender,
  type CountingProxy,
  countingProxy,
  measure,
  type Surroundings,
} from './bench-cluster-measure.ts';
import { bookOf, report, type Result } from './bench-cluster-document.ts';
import { type Sides, type Size, sizeTable } from './bench-cluster-report.ts';
import { measureWizard } from './bench-cluster-wizard.ts';
import { goVersion } from './go-tool.ts';
import { buildBinary, buildProgram } from './package-binary.ts';
import { executableOf, hostTarget } from './package-targets.ts';

const usage = `Measures diagnose against kubectl on a real API server, in one run.

  npm run bench:cluster -- [--nodes 100,1000,5000] [--rounds 3] [--write]

--write puts the result into BENCHMARKS.md. It takes half an hour for 5,000 nodes on two cores, and 4 GB of memory.
`;
const noGo = 'There is no Go on PATH, which this needs to build Kubernetes and etcd from source.\n';

const names = {
  ours: 'diagnose (packaged binary)',
  bundle: 'diagnose (dist/main.js, node)',
  narrow: 'kubectl, the same kinds narrowed',
  leases: 'kubectl, leases of the nodes',
  whole: 'kubectl, everything',
} as const;
const sides: Sides = { ours: names.ours, theirs: names.narrow, besides: names.leases };

const benchmarks = path.join(import.meta.dirname, '../BENCHMARKS.md');

const done = [0];
const found = [0, 1];

function contenders(kubectl: string, binary: string, bundle: string): readonly Contender[] {
  const get = (...args: readonly string[]) => ({
    command: kubectl,
    args: ['get', ...args, '-o', 'json'],
    expected: done,
  });
  const narrow = [
    get('nodes,daemonsets', '-A'),
    get('pods', '-A', '-l', 'k8s-app in (calico-node,canal)'),
  ];
  return [
    { name: names.ours, calls: [{ command: binary, args: ['diagnose'], expected: found }] },
    {
      name: names.bundle,
      calls: [{ command: process.execPath, args: [bundle, 'diagnose'], expected: found }],
    },
    { name: names.narrow, calls: narrow },
    { name: names.leases, calls: [get('leases', '-n', 'kube-node-lease')] },
    { name: names.whole, calls: [get('nodes,daemonsets,pods', '-A')] },
  ];
}

async function buildInto(folder: string) {
  const target = hostTarget();
  if (!target) throw new Error(`no binary is made for ${process.platform} ${process.arch}`);
  const program = await buildProgram(path.join(folder, 'program'));
  const binary = path.join(folder, executableOf(target));
  await writeFile(binary, (await buildBinary(program, target)).bytes, { mode: 0o755 });
  return { binary, bundle: path.join(program.folder, 'main.js') };
}

async function surroundingsOf(
  { controlPlane, renewLeases }: BenchCluster,
  proxy: CountingProxy,
  rounds: number,
): Promise<Surroundings> {
  const { folder } = controlPlane.programs;
  const counted = path.join(folder, 'counted.kubeconfig');
  const config = await readFile(controlPlane.kubeconfig, 'utf8');
  const there = `https://127.0.0.1:${proxy.port}`;
  await writeFile(counted, config.replaceAll(controlPlane.server, there), { mode: 0o600 });
  const own = { HOME: folder, TMPDIR: folder, KUBECONFIG: counted };
  return {
    env: { PATH: process.env['PATH'] ?? '', ...own },
    proxy,
    refresh: renewLeases,
    rounds,
    warmUp: { command: controlPlane.kubectl, args: ['get', 'daemonsets', '-A'], expected: done },
  };
}

const say = (line: string): void =>
  console.error(`${new Date().toTimeString().slice(0, 8)} ${line}`);
const load = (): number => loadavg()[0] ?? 0;

async function measureAll(
  cluster: BenchCluster,
  nodes: readonly number[],
  programs: readonly Contender[],
  surroundings: Surroundings,
): Promise<readonly Size[]> {
  const sizes: Size[] = [];
  for (const count of nodes) {
    await cluster.growTo(count);
    say(`${count} nodes are there`);
    const before = load();
    const figures = await measure(programs, surroundings);
    const rows = programs.flatMap(({ name }, place) => {
      const own = figures[place];
      return own ? [{ name, figures: own }] : [];
    });
    const size: Size = { nodes: count, rows, load: [before, load()] };
    sizes.push(size);
    say(['', ...sizeTable(size)].join('\n'));
  }
  return sizes;
}

async function run(nodes: readonly number[], rounds: number): Promise<Result> {
  const cluster = await startBenchCluster(Math.max(...nodes));
  const { controlPlane } = cluster;
  const proxy = await countingProxy(Number(new URL(controlPlane.server).port));
  // It goes with the cluster, also where this is killed.
  const { folder } = controlPlane.programs;
  try {
    const { binary, bundle } = await buildInto(folder);
    say('the cluster is up and the program built');
    const surroundings = await surroundingsOf(cluster, proxy, rounds);
    const programs = contenders(controlPlane.kubectl, binary, bundle);
    const sizes = await measureAll(cluster, nodes, programs, surroundings);
    await cluster.renewLeases();
    return { sizes, keys: await measureWizard(binary, surroundings.env) };
  } finally {
    await proxy.close();
    await cluster.stop();
  }
}

function machine(): string {
  const [cpu] = cpus();
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} × ${cpu?.model.trim() ?? 'unknown processor'}, ${gigabytes} GiB, ${process.platform} ${process.arch}, Node ${process.versions.node}`;
}

const sizesOf = (text: string): readonly number[] =>
  text
    .split(',')
    .map(Number)
    .toSorted((a, b) => a - b);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      nodes: { type: 'string', default: '100,1000,5000' },
      rounds: { type: 'string', default: '3' },
      write: { type: 'boolean', default: false },
    },
  });
  const nodes = sizesOf(values.nodes);
  const rounds = Number(values.rounds);
  if (![...nodes, rounds].every((one) => Number.isInteger(one) && one > 0)) {
    process.stderr.write(usage);
    return 2;
  }
  if ((await goVersion()) === null) {
    process.stderr.write(noGo);
    return 2;
  }
  const result = await run(nodes, rounds);
  const text = report(result, {
    machine: machine(),
    day: new Date().toISOString().slice(0, 10),
    rounds,
    sides,
  });
  process.stdout.write(text);
  if (values.write) await writeFile(benchmarks, bookOf(text));
  return 0;
}

if (import.meta.main) process.exit(await main());
