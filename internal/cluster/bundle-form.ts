import type { ListName } from '../model/snapshot.ts';
import { kinds } from './kinds.ts';

// The files of a bundle, for the one who writes and the one who reads: a manifest, which says what
// else there is, a file for each list that was read, and a file for each log.

export const bundleVersion = 'calico-fix/v1';
export const bundleKind = 'Bundle';

/** The one folder in the archive. */
export const bundleFolder = 'calico-fix-bundle';

export const manifestFile = 'bundle.json';

/** The file of a list, as the manifest names it. */
export const listFile = (name: ListName): string => `lists/${kinds[name].plurals[0] ?? name}.json`;
