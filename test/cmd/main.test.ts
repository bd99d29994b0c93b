import { spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { startStub } from '../support/stub-api-server.ts';

const main = path.join(import.meta.dirname, '../../cmd/main.ts');

// Names every module on standard error before it runs.
const naming = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  registerHooks({ load(url, context, next) { process.stderr.write(url + '\\n'); return next(url, context); } });
`)}`;

function collectText(stream: Readable): () => string {
  let text = '';
  stream.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return () => text;
}

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
    const stderr = collectText(child.stderr);
    const code = await new Promise((resolve) => {
      child.on('close', resolve);
    });
    expect({ code, stderr: stderr() }).toEqual({ code: 0, stderr: '' });
  });

  it('says so and ends with 130 when it is interrupted', async () => {
    const stub = await startStub(() => ({ ends: 'silence' }));
    try {
      const child = spawn(process.execPath, [main, 'diagnose', '-s', stub.url], {
        env: { PATH: process.env['PATH'], HOME: '/nonexistent' },
      });
      const [out, err] = [collectText(child.stdout), collectText(child.stderr)];
      await expect.poll(() => stub.seen.length, { timeout: 10_000 }).toBeGreaterThan(0);
      child.kill('SIGINT');
      const code = await new Promise((resolve) => {
        child.on('close', resolve);
      });
      expect({ code, stdout: out() }).toEqual({ code: 130, stdout: '' });
      expect(err()).toMatch(/^Interrupted/);
    } finally {
      await stub.close();
    }
  });
});
