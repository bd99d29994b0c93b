import {
  clusterRoleYaml,
  diagnoseRules,
  missingRights,
  refusedUser,
  roleName,
  type Rule,
} from '../internal/cluster/rights.ts';
import type { Snapshot } from '../internal/model/snapshot.ts';
import { sanitize, sanitizeLines } from '../internal/report/sanitize.ts';
import type { Shell } from './shell.ts';
import { words } from './words.ts';

const inWords = ({ apiGroups, resources, verbs }: Rule): string => {
  const [group = ''] = apiGroups;
  const names = resources.map((resource) => (group === '' ? resource : `${resource}.${group}`));
  return `${verbs.join(', ')} ${names.join(', ')}`;
};

/**
 * Says on standard error which rights were missing, if any were; with `isInFull` also the ClusterRole that has all that is
 * read of this cluster, ready to be applied, and how to bind it.
 */
export function printMissingRights(snapshot: Snapshot, { stderr }: Shell, isInFull: boolean): void {
  const rules = missingRights(snapshot);
  if (rules.length === 0) return;
  const list = sanitize(rules.map(inWords).join('; '));
  stderr.write(`${words.en.warning(words.en.missingRights(list))}\n`);
  if (!isInFull) return;
  const role = clusterRoleYaml(diagnoseRules(snapshot.apiGroups));
  stderr.write(`${words.en.wholeRole}\n${sanitizeLines(role)}`);
  stderr.write(`${words.en.bindRole(roleName, refusedUser(snapshot))}\n`);
}
