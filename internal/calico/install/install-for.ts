import type { Install } from '../../model/install.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { installationWith } from '../operator-fields.ts';
import { actionIn, installOf } from './install.ts';
import { mainInstallation, overlayInstallation } from './objects.ts';
import { ownerMark } from './owner-marks.ts';
import { words } from './words.ts';

/**
 * The installation as it is for a change of one of the operator's two Installations, by name: the overlay has a writer of its own,
 * which is not that of the main one. A cloud's own Calico stays the cloud's.
 */
export function installWrittenIn(install: Install, snapshot: Snapshot, name: string): Install {
  const overlay = overlayInstallation(snapshot);
  if (name !== 'overlay' || !overlay) return { ...install, installation: name };
  if (install.action === 'refuse') return { ...install, installation: name };
  const mark = ownerMark(overlay, snapshot);
  const { owner = 'user', ownerName = null, action = 'apply' } = mark ?? {};
  const reason = mark?.reason ?? words.en.noMark('Installation/overlay');
  return {
    ...install,
    installation: name,
    owner,
    ownerName,
    action: actionIn(install.state, action),
    reasons: [...install.reasons, reason],
  };
}

/** The installation as it is for one field of the Installation (a path below `spec`); without an operator there is but one. */
export function installFor(snapshot: Snapshot, path: readonly string[]): Install {
  const install = installOf(snapshot);
  if (install.renderer !== 'operator') return install;
  const name = installationWith(snapshot, path)?.metadata.name;
  const main = mainInstallation(snapshot)?.metadata.name ?? 'default';
  const known = install.installation === 'overlay' ? main : (install.installation ?? main);
  return installWrittenIn(install, snapshot, name ?? known);
}
