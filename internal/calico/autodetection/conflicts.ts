import type { Address, Family } from './address.ts';
import { parseCidrOrAddress } from './cidr.ts';
import { error, warning } from './detect.ts';
import type { StartState, StoredBgp } from './start-types.ts';

/** What the check against all other nodes found; `error` null means that the start goes on. */
export interface Conflicts {
  readonly error: string | null;
  readonly ipv4: boolean;
  readonly ipv6: boolean;
}

interface Addresses {
  readonly ipv4: Address | null;
  readonly ipv6: Address | null;
}

const families = [
  [4, 'ipv4Address'],
  [6, 'ipv6Address'],
] as const;

function addressesOf(state: StartState, bgp: StoredBgp, node: string): Addresses | string {
  const found: { ipv4: Address | null; ipv6: Address | null } = { ipv4: null, ipv6: null };
  for (const [family, field] of families) {
    const value = bgp[field] ?? '';
    if (value === '') continue;
    const cidr = parseCidrOrAddress(value);
    if (!cidr) {
      const problem = `invalid CIDR address: ${value}`;
      const text = `Error parsing IPv${family} CIDR '${value}' for node '${node}' error=${problem}`;
      state.log.push(error(text));
      return problem;
    }
    found[family === 4 ? 'ipv4' : 'ipv6'] = cidr.address;
  }
  return found;
}

function warnOfChange(state: StartState, family: Family, theirs: Address, ours: Address): void {
  const fields = `node="${state.request.node.name}" original="${theirs.text}" updated="${ours.text}"`;
  const text = 'This could happen if there are multiple nodes with the same name.';
  state.log.push(warning(`IPv${family} address has changed. ${text} ${fields}`));
}

/**
 * Compares the node's addresses with those of all nodes, in order of names (startup.go, `checkConflictingNodes`). One value
 * that does not parse, of whatever node, ends the check.
 */
export function findConflicts(state: StartState): Conflicts {
  const { node, others, listError } = state.request;
  const failed = (text: string): Conflicts => ({ error: text, ipv4: false, ipv6: false });
  if (listError !== undefined) {
    state.log.push(error(`Unable to query node configuration error=${listError}`));
    return failed(listError);
  }
  const ours = addressesOf(state, state.bgp ?? {}, node.name);
  if (typeof ours === 'string') return failed(ours);
  const all = (node.exists ? [node, ...others] : [...others]).toSorted((a, b) =>
    a.name < b.name ? -1 : 1,
  );
  let result: Conflicts = { error: null, ipv4: false, ipv6: false };
  for (const { name, bgp } of all) {
    if (!bgp) continue;
    const theirs = addressesOf(state, bgp, name);
    if (typeof theirs === 'string') return { ...result, error: theirs };
    for (const [family] of families) {
      const key = family === 4 ? 'ipv4' : 'ipv6';
      const their = theirs[key];
      const our = ours[key];
      if (!their || !our) continue;
      const isSame = their.text === our.text;
      if (name === node.name) {
        if (!isSame) warnOfChange(state, family, their, our);
      } else if (isSame) {
        const text = `Calico node '${name}' is already using the IPv${family} address ${our.text}.`;
        state.log.push(warning(text));
        result = { ...result, error: `IPv${family} address conflict`, [key]: true };
      }
    }
  }
  return result;
}
