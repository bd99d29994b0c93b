import type { BundledPackage } from './package-parts.ts';

const line = '-'.repeat(80);

// For packages that name the licence and do not bring its text, which has to go with every copy.
const mit = (author: string): string =>
  `The MIT License (MIT)

Copyright (c) ${author}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files
(the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge,
publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do
so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE
FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION
WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

const textsOf = ({ license, author, texts }: BundledPackage): readonly string[] => {
  if (texts.length > 0) return texts;
  return license === 'MIT'
    ? [mit(author)]
    : [`The package brings no licence text; it says "${license}".`];
};

const section = (bundled: BundledPackage): string => {
  const { name, version, license } = bundled;
  return [line, `${name} ${version} (${license})`, '', ...textsOf(bundled)].join('\n');
};

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
