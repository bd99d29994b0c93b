import { spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const main = path.join(import.meta.dirname, '../../cmd/main.ts');

// Names every module on standard error before it runs.
const naming = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  registerHooks({ load(url, context, next) { process.stderr.write(url + '\\n'); return next(url, context); } });
`)}`;

describe('the program', () => {
  it.each([['--version'], ['--help'], ['diagnose', '--help'], ['version']])(
    '%s %s loads the command line and nothing heavy',
    (...args) => {
      const { status, stderr } = spawnSync(process.execPath, ['--import', naming, main, ...args], {
        encoding: 'utf8',
      });
      expect(status).toBe(0);
      const loaded = stderr.split('\n').filter((url) => url.startsWith('file:'));
      expect(loaded.some((url) => url.includes('/commander/'))).toBe(true);
      const heavy =
        /node_modules\/(?!commander\/)|internal\/(?:cluster|checks|calico|remediations)\//;
      expect(loaded.filter((url) => heavy.test(url))).toEqual([]);
    },
  );

  it('gives its exit code to the system', () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [main, 'explain', 'no-such-thing'],
      {
        encoding: 'utf8',
      },
    );
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^error: /);
  });

  it('is quiet when its reader has gone', async () => {
    const child = spawn(process.execPath, [main, 'explain']);
    child.stdout.destroy();
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    const code = await new Promise((resolve) => {
      child.on('close', resolve);
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});
