import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isObject, parseObject } from '../test/support/json.ts';
import { pinOf } from './package-base.ts';
import type { BundledPackage } from './package-parts.ts';
import type { Target } from './package-targets.ts';

const root = path.join(import.meta.dirname, '..');

type Json = Readonly<Record<string, unknown>>;

const purlOf = (name: string, version: string): string =>
  `pkg:npm/${name.replace('@', '%40')}@${version}`;

// A lock file writes `sha512-` and base64, CycloneDX hexadecimal digits.
const hashesOf = (integrity: string): readonly Json[] => [
  {
    alg: 'SHA-512',
    content: Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex'),
  },
];

/** SHA-512 by `name@version`, from package-lock.json. */
async function locked(): Promise<ReadonlyMap<string, string>> {
  const { packages } = parseObject(await readFile(path.join(root, 'package-lock.json'), 'utf8'));
  const entries = Object.entries(isObject(packages) ? packages : {}).flatMap(
    ([place, entry]): [string, string][] => {
      const name = /node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(place)?.[1];
      const { version, integrity } = isObject(entry) ? entry : {};
      if (name === undefined || typeof integrity !== 'string') return [];
      return [[`${name}@${String(version)}`, integrity]];
    },
  );
  return new Map(entries);
}

function component(name: string, version: string, license: string, integrity: string): Json {
  const purl = purlOf(name, version);
  const licences = /[( ]/.test(license)
    ? [{ expression: license }]
    : [{ license: { id: license } }];
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    version,
    scope: 'required',
    hashes: hashesOf(integrity),
    licenses: licences,
    purl,
  };
}

async function componentOf(target: Target): Promise<Json> {
  const { version, integrity } = await pinOf(target);
  return {
    ...component(target.basePackage, version, 'MIT', integrity),
    description: `Node.js for ${target.name}, without debug symbols`,
  };
}

/**
 * What the binaries are made of, as CycloneDX 1.6: the packages of which something is in the bundle, and Node for each target. It
 * has neither a time nor a serial number, so that the same commit gives the same bytes. Throws for a package that is not locked.
 */
export async function billOfMaterials(
  version: string,
  packages: readonly BundledPackage[],
  targets: readonly Target[],
): Promise<string> {
  const hashes = await locked();
  const bundled = packages.map(({ name, version: of, license }) => {
    const integrity = hashes.get(`${name}@${of}`);
    if (integrity === undefined) throw new Error(`package-lock.json has no ${name}@${of}`);
    return component(name, of, license, integrity);
  });
  const components = [...bundled, ...(await Promise.all(targets.map(componentOf)))];
  const purl = purlOf('kubectl-calico-fix', version);
  const bill = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': purl,
        name: 'kubectl-calico-fix',
        version,
        licenses: [{ license: { id: 'Apache-2.0' } }],
        purl,
      },
    },
    components,
    dependencies: [{ ref: purl, dependsOn: components.map((part) => part['bom-ref']) }],
  };
  return `${JSON.stringify(bill, null, 2)}\n`;
}
