import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseObject } from '../../../support/json.ts';
import { run, type Ran, type Running, start } from '../run.ts';
import type { SimulatedCluster } from './cluster.ts';

/** A user at a terminal: the real kubectl, with the plugin on PATH, and the cluster's kubeconfig. */
export interface User {
  readonly env: Readonly<Record<string, string>>;
  /** A folder of their own, where the tool keeps its state. */
  readonly home: string;
  readonly kubectl: (...args: readonly string[]) => Promise<Ran>;
  /** As `kubectl`, without waiting for its end. */
  readonly begin: (...args: readonly string[]) => Running;
  /** What `kubectl calico-fix diagnose -o json` prints, with its exit code. */
  readonly diagnose: () => Promise<{
    readonly code: number | null;
    readonly diagnosis: Readonly<Record<string, unknown>>;
  }>;
  readonly leave: () => void;
}

/**
 * Gives a user what they need to work on a cluster.
 * @param plugins the folder of the built plugin
 */
export function userOf(
  { controlPlane }: SimulatedCluster,
  plugins: string,
  kubeconfig = controlPlane.kubeconfig,
): User {
  const home = mkdtempSync(path.join(tmpdir(), 'calico-fix-user-'));
  const bin = path.join(home, 'bin');
  mkdirSync(bin);
  const call = path.join(bin, 'kubectl');
  symlinkSync(controlPlane.kubectl, call);
  const env = {
    PATH: [plugins, bin, process.env['PATH'] ?? ''].join(path.delimiter),
    HOME: home,
    KUBECONFIG: kubeconfig,
  };
  return {
    env,
    home,
    kubectl: (...args) => run(call, args, env),
    begin: (...args) => start(call, args, env),
    diagnose: async () => {
      const { code, stdout, stderr } = await run(
        call,
        ['calico-fix', 'diagnose', '-o', 'json'],
        env,
      );
      if (stdout === '') throw new Error(`diagnose printed nothing: ${stderr}`);
      return { code, diagnosis: parseObject(stdout) };
    },
    leave: () => rmSync(home, { recursive: true, force: true }),
  };
}

/** The ids of a diagnosis' findings of severity error, in order. */
export function errorsOf(diagnosis: Readonly<Record<string, unknown>>): readonly string[] {
  const findings = Array.isArray(diagnosis['findings']) ? diagnosis['findings'] : [];
  return findings
    .map((finding: unknown) => parseObject(JSON.stringify(finding)))
    .filter(({ severity }) => severity === 'error')
    .map(({ id }) => String(id));
}
