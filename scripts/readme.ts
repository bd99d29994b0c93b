import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { wizardFrame } from './readme-wizard.ts';

const root = path.join(import.meta.dirname, '..');
const readme = path.join(root, 'README.md');

const runNode = (...args: readonly string[]): string =>
  execFileSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });

/** The text between `<!-- NAME … -->` and `<!-- /NAME -->`, and the words behind the name; throws if it is not there. */
export function blockOf(
  text: string,
  name: string,
): { readonly text: string; readonly words: string } {
  const match = new RegExp(`<!-- ${name}(.*) -->\\n([^]*?)<!-- /${name} -->`).exec(text);
  if (!match) throw new Error(`README.md has no block ${name}`);
  return { text: match[2] ?? '', words: (match[1] ?? '').trim() };
}

const shownLines = 25;

/** What README shows of the demo: the beginning of one sample, and how many samples there are. */
export function demoBlock(sample: string): string {
  const output = runNode('scripts/demo.ts', sample).split('\n').slice(0, shownLines);
  const shown = runNode('scripts/demo.ts', '--list', '--shown').trimEnd().split('\n').length;
  const last = `${shown} of ${shown} samples diagnosed as expected`;
  const lines = ['$ npm ci && npm run demo', '…', ...output, '…', last];
  return `\`\`\`console\n${lines.join('\n')}\n\`\`\`\n`;
}

/** What README shows of the wizard: one of its screens on a sample. */
export async function wizardBlock(sample: string): Promise<string> {
  const frame = await wizardFrame(`test/dumps/${sample}`);
  return `\`\`\`text\n${frame}\n\`\`\`\n`;
}

function testBlock(): string {
  const { status, stdout } = spawnSync('npm', ['test', '--silent'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error('npm test fails: README.md keeps what it says about the tests');
  const lines = stripVTControlCharacters(stdout)
    .split('\n')
    .filter((line) => /^ +(?:Test Files|Tests) /.test(line));
  return `\`\`\`console\n$ npm ci && npm test\n…\n${lines.join('\n')}\n\`\`\`\n`;
}

function write(name: string, text: string): void {
  const old = readFileSync(readme, 'utf8');
  const end = `<!-- /${name} -->`;
  writeFileSync(
    readme,
    old.replace(`${blockOf(old, name).text}${end}`, () => `${text}${end}`),
  );
}

// Runs what README shows, and writes its real output there; throws where that is no success.
if (import.meta.main) {
  runNode('scripts/demo.ts');
  write('demo', demoBlock(blockOf(readFileSync(readme, 'utf8'), 'demo').words));
  write('wizard', await wizardBlock(blockOf(readFileSync(readme, 'utf8'), 'wizard').words));
  write('test', testBlock());
}
