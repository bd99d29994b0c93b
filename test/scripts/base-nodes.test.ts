import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { pinOf } from '../../scripts/package-base.ts';
import { targets } from '../../scripts/package-targets.ts';
import { isObject, parseObject } from '../support/json.ts';

const root = path.join(import.meta.dirname, '../..');
const lock = parseObject(
  readFileSync(path.join(root, 'scripts/base-nodes/package-lock.json'), 'utf8'),
);
const manifest = parseObject(readFileSync(path.join(root, 'package.json'), 'utf8'));
const packages = isObject(lock['packages']) ? lock['packages'] : {};

describe('the Node binaries that the plugin is made from', () => {
  it.each(targets.map((target) => ({ name: target.name, target })))(
    '$name is pinned with its checksum, at the version that the tools run on',
    async ({ target }) => {
      const { version, integrity } = await pinOf(target);
      const tools = isObject(manifest['devDependencies']) ? manifest['devDependencies'] : {};
      expect(version).toBe(tools['node']);
      expect(integrity).toMatch(/^sha512-[\w+/]{86}==$/);
      expect(packages[`node_modules/${target.basePackage}`]).toMatchObject({
        os: target.npmOs,
        cpu: target.npmCpu,
      });
    },
  );

  it('are all that is pinned there, and their lock file names no registry', () => {
    const names = Object.keys(packages).filter((name) => name !== '');
    expect(names).toHaveLength(targets.length);
    expect(JSON.stringify(lock)).not.toContain('"resolved"');
  });
});
