import type { BundledPackage } from './package-parts.ts';

const line = '-'.repeat(80);

const section = ({ name, version, license, texts }: BundledPackage): string =>
  [
    line,
    `${name} ${version} (${license})`,
    '',
    ...(texts.length > 0 ? texts : [`The package brings no licence text; it says "${license}".`]),
  ].join('\n');

/** The file that names all third-party software in a binary with its licences; `nodeLicence` is Node's own text. */
export function noticesText(
  packages: readonly BundledPackage[],
  nodeVersion: string,
  nodeLicence: string,
): string {
  const head = [
    'kubectl calico-fix is licensed under the Apache License 2.0, see LICENSE.',
    `Its binary contains Node.js ${nodeVersion} and the packages below, each under its own licence.`,
    '',
  ];
  const node = [line, `Node.js ${nodeVersion}`, '', nodeLicence.trim()].join('\n');
  return `${[...head, ...packages.map(section), node].join('\n')}\n`;
}
