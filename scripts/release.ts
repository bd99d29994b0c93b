import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { parseObject } from '../test/support/json.ts';
import { homeOnGitHub, krewManifest, krewTemplate } from './package-manifest.ts';
import { targets } from './package-targets.ts';
import { packageAll, type Packaged, packageVersion, releaseFolder, reportOf } from './package.ts';

const root = path.join(import.meta.dirname, '..');

/** `OWNER/NAME` of the project, from the homepage in package.json. Throws for a homepage that is not on GitHub. */
export async function repository(): Promise<string> {
  const { homepage } = parseObject(await readFile(path.join(root, 'package.json'), 'utf8'));
  const match = /^https:\/\/github\.com\/([\w.-]+\/[\w.-]+)$/.exec(String(homepage));
  if (match?.[1] !== undefined) return match[1];
  throw new Error('the homepage in package.json is no repository on GitHub');
}

/** What a release of this state would be wrong about; empty if nothing. `git` is the output of `git status --porcelain`. */
export function objections(
  version: string,
  { tag, git }: { readonly tag: string | undefined; readonly git: string },
): readonly string[] {
  const changed = git.split('\n').filter((line) => line !== '');
  return [
    ...(tag === undefined || tag === `v${version}`
      ? []
      : [`the tag is ${tag}, but package.json says ${version}`]),
    ...(changed.length === 0
      ? []
      : [`${changed.length} files differ from the commit: nobody else could build the same`]),
  ];
}

function gitStatus(): string {
  try {
    return execFileSync('git', ['status', '--porcelain'], { cwd: root, encoding: 'utf8' });
  } catch {
    return ''; // sources without git, such as an unpacked archive, are taken as they are
  }
}

function sayWhatIsMissing(packaged: readonly Packaged[]): boolean {
  const unsigned = packaged.filter(({ unsigned: why }) => why !== null);
  if (unsigned.length === 0) {
    console.log(
      'The macOS binaries are signed ad hoc. They were not tried on a Mac by this script.',
    );
    return true;
  }
  const names = unsigned.map(({ target }) => target.name).join(', ');
  console.log(`NOT FIT FOR A RELEASE: ${names} could not be signed, see above.`);
  return false;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      out: { type: 'string', default: releaseFolder },
      repository: { type: 'string' },
      tag: { type: 'string' },
    },
  });
  const version = await packageVersion();
  const against = objections(version, { tag: values.tag, git: gitStatus() });
  for (const objection of against) console.log(`warning: ${objection}`);
  if (values.tag !== undefined && against.length > 0) return 1;
  const packaged = await packageAll(targets, path.resolve(values.out), (one) => {
    console.log(reportOf(one));
  });
  const project = values.repository ?? (await repository());
  const tag = `v${version}`;
  const manifest = krewManifest(tag, packaged, homeOnGitHub(project, tag));
  await writeFile(path.join(root, 'plugin.yaml'), manifest);
  await writeFile(path.join(root, '.krew.yaml'), krewTemplate(project));
  console.log('plugin.yaml and .krew.yaml are those of these archives.');
  return sayWhatIsMissing(packaged) ? 0 : 1;
}

if (import.meta.main) process.exitCode = await main();
