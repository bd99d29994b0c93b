import { mkdirSync, readFileSync, realpathSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installHelper } from '../../cmd/completion-install.ts';
import { UserError } from '../../internal/model/error.ts';
import { runScene } from '../support/cli.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/temporary.ts';

describe('completion', () => {
  it.each(['bash', 'zsh', 'fish', 'powershell'])(
    '%s prints a script that asks the program',
    async (shell) => {
      const { code, stdout, stderr } = await runScene(['completion', shell]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('kubectl-calico_fix');
      expect(stdout).toContain('__complete');
      expect(stdout).not.toContain('\\$');
    },
  );

  it.each([[['completion', 'tcsh']], [['completion']], [['completion', 'bash', 'zsh']]])(
    '%j is refused',
    async (args) => {
      const { code, stdout, stderr } = await runScene(args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/^error: /);
    },
  );
});

describe('completion install', () => {
  let folder: TemporaryFolder;
  let program: string;
  const helper = 'kubectl_complete-calico_fix';

  beforeEach(() => {
    folder = temporaryFolder();
    program = realpathSync(folder.write('store/v1/kubectl-calico_fix', '', 0o755));
    for (const name of ['bin', 'other']) mkdirSync(path.join(folder.path, name));
  });
  afterEach(() => folder.remove());

  const at = (...parts: readonly string[]) => path.join(folder.path, ...parts);
  const install = (...folders: readonly string[]) =>
    installHelper({ program, searchPath: ['', ...folders].join(':'), isWindows: false });

  it('writes beside the link on PATH, not beside the file that it leads to', () => {
    symlinkSync(program, at('bin/kubectl-calico_fix'));
    expect(install(at('other'), at('bin'))).toBe(at('bin', helper));
    expect(statSync(at('bin', helper)).mode & 0o111).toBe(0o111);
    expect(readFileSync(at('bin', helper), 'utf8')).toMatch(
      /^#!\/bin\/sh\n[^]* __complete "\$@"\n$/,
    );
  });

  it('takes the folder of this very program where another one is on PATH, too', () => {
    folder.write('other/kubectl-calico_fix', '', 0o755);
    symlinkSync(program, at('bin/kubectl-calico_fix'));
    expect(install(at('other'), at('bin'))).toBe(at('bin', helper));
  });

  it('writes it anew where it is there already', () => {
    symlinkSync(program, at('bin/kubectl-calico_fix'));
    install(at('bin'));
    expect(install(at('bin'))).toBe(at('bin', helper));
  });

  it('leaves a file alone that it did not write', () => {
    symlinkSync(program, at('bin/kubectl-calico_fix'));
    folder.write(`bin/${helper}`, 'mine');
    expect(() => install(at('bin'))).toThrow(UserError);
    expect(readFileSync(at('bin', helper), 'utf8')).toBe('mine');
  });

  it('says so where the plugin is not on PATH', () => {
    expect(() => install(at('bin'))).toThrow(UserError);
  });

  it('says so where it cannot write', () => {
    symlinkSync(program, at('bin/kubectl-calico_fix'));
    mkdirSync(at('bin', `${helper}.${process.pid}`));
    expect(() => install(at('bin'))).toThrow(UserError);
  });

  it('writes what Windows can run', () => {
    folder.write('win/kubectl-calico_fix.exe', '', 0o755);
    const file = installHelper({ program, searchPath: `;${at('win')}`, isWindows: true });
    expect(file).toBe(at('win', `${helper}.cmd`));
    expect(readFileSync(file, 'utf8')).toMatch(/\r\nkubectl-calico_fix\.exe __complete %\*\r\n$/);
  });
});
