import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs, styleText } from 'node:util';
import { isObject, parseObject } from '../test/support/json.ts';

const root = path.join(import.meta.dirname, '..');
const dumps = path.join(root, 'test/dumps');

interface DemoSample {
  readonly name: string;
  readonly title: string;
  readonly isShownByDefault: boolean;
  readonly verdict: string;
  /** Id of the first error; null where there is none. */
  readonly first: string | null;
}

// The shell's exit codes: 0 healthy, 1 findings, 2 could not tell.
const exitCodes: Readonly<Record<string, number>> = { healthy: 0, findings: 1 };

function sampleOf(name: string): DemoSample | null {
  const file = path.join(dumps, name, 'sample.json');
  if (!existsSync(file)) return null;
  const { title, demo, expect } = parseObject(readFileSync(file, 'utf8'));
  const { verdict, first } = isObject(expect) ? expect : {};
  return {
    name,
    title: String(title),
    isShownByDefault: demo === true,
    verdict: String(verdict),
    first: typeof first === 'string' ? first : null,
  };
}

const samples = readdirSync(dumps)
  .toSorted()
  .flatMap((name) => sampleOf(name) ?? []);

interface Run {
  readonly exitCode: number | null;
  readonly stdout: string;
}

/** Runs the command line from source as a user would; its output goes to the terminal, or is returned. */
function runCli(args: readonly string[], isShown: boolean): Promise<Run> {
  const child = spawn(process.execPath, ['cmd/main.ts', ...args], {
    cwd: root,
    stdio: ['ignore', isShown ? 'inherit' : 'pipe', isShown ? 'inherit' : 'ignore'],
  });
  const chunks: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => {
      resolve({ exitCode, stdout: Buffer.concat(chunks).toString() });
    });
  });
}

/** Id of the first finding of severity error in a diagnosis printed as JSON; null where there is none. */
function firstErrorOf(json: string): string | null {
  const { findings } = parseObject(json);
  const list: readonly unknown[] = Array.isArray(findings) ? findings : [];
  const first = list.filter(isObject).find(({ severity }) => severity === 'error');
  return first === undefined ? null : String(first['id']);
}

/** Shows one sample; returns what was not as expected, null if all was. */
async function show({ name, title, verdict, first }: DemoSample): Promise<string | null> {
  const args = ['diagnose', '--from', `test/dumps/${name}`];
  console.log(styleText('bold', `# ${title}`));
  console.log(`$ kubectl calico-fix ${args.join(' ')}`);
  const [shown, checked] = await Promise.all([
    runCli(args, true),
    runCli([...args, '-o', 'json'], false),
  ]);
  console.log('');
  const wanted = exitCodes[verdict] ?? 2;
  if (shown.exitCode !== wanted) return `${name}: exit code ${shown.exitCode}, expected ${wanted}`;
  const found = firstErrorOf(checked.stdout);
  return found === first ? null : `${name}: found ${found}, expected ${first}`;
}

/** Opens the wizard of the bundle, built anew, on a sample. */
async function openWizard(name: string): Promise<number> {
  const { bundle } = await import('./build.ts');
  await bundle(path.join(root, 'dist'));
  const args = ['dist/main.js', '--from', `test/dumps/${name}`];
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' });
  // Ctrl-C is a key of the wizard, which ends by itself.
  process.on('SIGINT', () => undefined);
  return await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 2));
  });
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: {
      list: { type: 'boolean' },
      shown: { type: 'boolean' },
      wizard: { type: 'boolean' },
    },
    allowPositionals: true,
  });
  if (values.list) {
    const listed = samples.filter(({ isShownByDefault }) => isShownByDefault || !values.shown);
    const width = Math.max(...listed.map(({ name }) => name.length));
    for (const { name, title } of listed) console.log(`${name.padEnd(width)}  ${title}`);
    return 0;
  }
  const unknown = positionals.filter((name) => samples.every((sample) => sample.name !== name));
  if (unknown.length > 0) {
    console.error(`no sample named ${unknown.join(', ')}; npm run demo -- --list names them all`);
    return 2;
  }
  if (values.wizard) return await openWizard(positionals[0] ?? 'wrong-ip-autodetected');
  const chosen = samples.filter(({ name, isShownByDefault }) =>
    positionals.length > 0 ? positionals.includes(name) : isShownByDefault,
  );
  const surprises: string[] = [];
  for (const sample of chosen) {
    const surprise = await show(sample);
    if (surprise !== null) surprises.push(surprise);
  }
  for (const surprise of surprises) console.error(surprise);
  console.log(
    `${chosen.length - surprises.length} of ${chosen.length} samples diagnosed as expected`,
  );
  return chosen.length > 0 && surprises.length === 0 ? 0 : 1;
}

process.exitCode = await main();
