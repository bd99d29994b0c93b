import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import net from 'node:net';

/** A program that is measured: calls that a person would make one after the other. */
export interface Contender {
  readonly name: string;
  readonly calls: readonly Call[];
}

export interface Call {
  readonly command: string;
  readonly args: readonly string[];
  /** Exit codes that count as done; `diagnose` ends with 1 where it finds something. */
  readonly expected: readonly number[];
}

/** What a contender took. Of several runs each figure is the middle one, the memory the highest. */
export interface Figures {
  readonly seconds: number;
  /** What its processes had of the processors, which says more than the time where others work there too; null if unknown. */
  readonly cpuSeconds: number | null;
  /** From the API server, on the wire: TLS, headers and compressed bodies. */
  readonly bytes: number;
  readonly requests: number;
  /** The most that one of its processes held at a time; null where the kernel does not tell. */
  readonly peakBytes: number | null;
}

/** A way to the API server that counts what comes from there. What is encrypted passes as it is. */
export interface CountingProxy {
  readonly port: number;
  /** Bytes since it was asked last. */
  readonly take: () => number;
  readonly close: () => Promise<void>;
}

/** Opens it on loopback, towards a port of loopback. */
export async function countingProxy(to: number): Promise<CountingProxy> {
  let bytes = 0;
  const open = new Set<net.Socket>();
  const hold = (socket: net.Socket): void => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  };
  const server = net.createServer((client) => {
    const upstream = net.connect(to, '127.0.0.1');
    hold(client);
    hold(upstream);
    upstream.on('data', (chunk) => {
      bytes += chunk.length;
    });
    client.pipe(upstream).pipe(client);
    client.once('error', () => upstream.destroy());
    upstream.once('error', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    take: () => {
      const taken = bytes;
      bytes = 0;
      return taken;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

const pollMs = 10;

/** The high-water mark of a Linux process in its /proc/PID/status, in bytes; null where it has none. */
export function peakOf(status: string): number | null {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) * 1024;
}

const ticksPerSecond = 100;

/** User and system time in a Linux process's /proc/PID/stat, in seconds; null where it has none. */
export function cpuOf(stat: string): number | null {
  // The name of the program stands before, in brackets, and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return Number.isNaN(ticks) ? null : ticks / ticksPerSecond;
}

function procOf(pid: number, file: 'status' | 'stat'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return ''; // it has ended, or this is not Linux
  }
}

// Both kinds of lines that tell of a request: kubectl's since 1.34, and the older one that diagnose writes.
const requestLine = /\b(?:GET|POST) https?:\/\/|"Response" verb="/;

/** How many requests the output of `-v=6` tells of. */
export const requestsIn = (lines: string): number =>
  lines.split('\n').filter((line) => requestLine.test(line)).length;

interface Ran {
  readonly seconds: number;
  readonly cpuSeconds: number | null;
  readonly peakBytes: number | null;
  readonly stderr: string;
}

/** Runs a call to its end, its output thrown away. Throws if it ends otherwise than expected. */
export async function runCall(
  { command, args, expected }: Call,
  env: Readonly<Record<string, string>>,
): Promise<Ran> {
  const began = performance.now();
  const child = spawn(command, [...args], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const pid = child.pid ?? 0;
  let peakBytes: number | null = null;
  let cpuSeconds: number | null = null;
  const look = (): void => {
    peakBytes = peakOf(procOf(pid, 'status')) ?? peakBytes;
    cpuSeconds = cpuOf(procOf(pid, 'stat')) ?? cpuSeconds;
  };
  const looking = setInterval(look, pollMs);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const exited = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => clearInterval(looking));
    child.once('close', () => resolve(child.exitCode ?? 1));
  });
  let seconds = 0;
  child.once('exit', () => {
    seconds = (performance.now() - began) / 1000;
  });
  const code = await exited.finally(() => clearInterval(looking));
  if (!expected.includes(code))
    throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${stderr.slice(-2000)}`);
  return { seconds, cpuSeconds, peakBytes, stderr };
}

/** The middle one; that of the lower half where there are two. */
export const middle = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;

export interface Surroundings {
  /** With a kubeconfig that leads through the proxy. */
  readonly env: Readonly<Record<string, string>>;
  readonly proxy: CountingProxy;
  /** Called before each round: what has to be fresh. */
  readonly refresh: () => Promise<void>;
  readonly rounds: number;
  /** Run once before anything is counted. */
  readonly warmUp: Call;
}

const most = (values: readonly (number | null)[]): number | null =>
  values.reduce((a, b) => (a === null || (b !== null && b > a) ? b : a), null);

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

// Unknown where one of them is.
const known = (
  values: readonly (number | null)[],
  reckon: (values: readonly number[]) => number,
): number | null => {
  const all = values.filter((value) => value !== null);
  return all.length < values.length ? null : reckon(all);
};

// One after the other: the memory is that of the largest.
async function runAll({ calls }: Contender, { env, proxy }: Surroundings): Promise<Figures> {
  const ran: Ran[] = [];
  proxy.take();
  for (const call of calls) ran.push(await runCall({ ...call, args: [...call.args, '-v=6'] }, env));
  return {
    seconds: sum(ran.map(({ seconds }) => seconds)),
    cpuSeconds: known(
      ran.map(({ cpuSeconds }) => cpuSeconds),
      sum,
    ),
    bytes: proxy.take(),
    requests: sum(ran.map(({ stderr }) => requestsIn(stderr))),
    peakBytes: most(ran.map(({ peakBytes }) => peakBytes)),
  };
}

/** Of several runs the middle of each figure, and the highest memory. */
export const figuresOf = (runs: readonly Figures[]): Figures => ({
  seconds: middle(runs.map(({ seconds }) => seconds)),
  cpuSeconds: known(
    runs.map(({ cpuSeconds }) => cpuSeconds),
    middle,
  ),
  bytes: middle(runs.map(({ bytes }) => bytes)),
  requests: middle(runs.map(({ requests }) => requests)),
  peakBytes: most(runs.map(({ peakBytes }) => peakBytes)),
});

/** Measures contenders in turns, so that what else the machine does hits all alike. */
export async function measure(
  contenders: readonly Contender[],
  surroundings: Surroundings,
): Promise<readonly Figures[]> {
  const { env, refresh, rounds, warmUp } = surroundings;
  // The first time kubectl asks what kinds the server has, and keeps the answer.
  await runCall(warmUp, env);
  const runs = contenders.map((): Figures[] => []);
  for (let round = 0; round < rounds; round += 1) {
    await refresh();
    for (const [place, contender] of contenders.entries())
      runs[place]?.push(await runAll(contender, surroundings));
  }
  return runs.map(figuresOf);
}
