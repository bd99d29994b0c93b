import { stringify } from 'yaml';
import { archiveOf, executableOf, type Target, targets } from './package-targets.ts';

/** What users are told of the plugin wherever it is offered; krew wants at most 50 characters in the short one. */
export const shortDescription = 'Find out why calico-node pods fail';

const description = `Reads a cluster, or a dump of one, and names the root cause of calico-node pods
that are not ready, with its evidence: an address of the wrong interface, a
probe that kills a slow start, a blocked port, a missing right, and several
dozen more. It knows installations by the operator, by manifests and by
distributions, and says so when the evidence does not decide. It changes
nothing, and talks to nobody but the API server.
`;

const caveats = `The plugin needs to list nodes, pods, events, DaemonSets and Calico's
configuration, and to read the logs of calico-node. What is missing costs the
checks that need it; "kubectl calico-fix diagnose" prints the role for it.

On Linux it needs glibc 2.28 or newer, libstdc++ and libatomic, which some
small systems lack (package libatomic1 or libatomic). Alpine is not supported.

To complete commands, flags and names with <TAB>:
  kubectl calico-fix completion install
`;

/** An archive as it was built. */
export interface BuiltArchive {
  readonly target: Target;
  readonly sha256: string;
}

/** Where a project's releases are found. */
export interface Home {
  /** The project's page. */
  readonly homepage: string;
  /** Where the archives of this release can be downloaded, without a slash at the end. */
  readonly downloads: string;
}

const platform = ({ target, sha256 }: BuiltArchive, tag: string, downloads: string): object => ({
  selector: { matchLabels: { os: target.os, arch: target.arch } },
  uri: `${downloads}/${archiveOf(target, tag)}`,
  sha256,
  bin: executableOf(target),
});

/** The krew manifest (krew.googlecontainertools.github.com/v1alpha2) of a release; `tag` is its version with a leading v. */
export function krewManifest(
  tag: string,
  archives: readonly BuiltArchive[],
  { homepage, downloads }: Home,
): string {
  const spec = {
    version: tag,
    homepage,
    shortDescription,
    description,
    caveats,
    platforms: archives.map((archive) => platform(archive, tag, downloads)),
  };
  const apiVersion = 'krew.googlecontainertools.github.com/v1alpha2';
  const plugin = { apiVersion, kind: 'Plugin', metadata: { name: 'calico-fix' }, spec };
  return stringify(plugin, { lineWidth: 0, indentSeq: false });
}

/** Where GitHub has the releases of a repository `OWNER/NAME`. */
export const homeOnGitHub = (repository: string, tag: string): Home => ({
  homepage: `https://github.com/${repository}`,
  downloads: `https://github.com/${repository}/releases/download/${tag}`,
});

/**
 * The same manifest as a template for krew-release-bot (pkg/source/template.go), which fills in the tag and, with four spaces
 * before it, each archive's address and checksum.
 */
export function krewTemplate(repository: string): string {
  const tag = '{{ .TagName }}';
  const archives = targets.map((target) => ({ target, sha256: 'none' }));
  return krewManifest(tag, archives, homeOnGitHub(repository, tag)).replaceAll(
    /^ {4}uri: (.*)\n {4}sha256: none$/gm,
    '    {{addURIAndSha "$1" .TagName }}',
  );
}
