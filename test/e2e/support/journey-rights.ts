import type { ExpectStatic } from 'vitest';
import { type User, userOf } from './cluster/ask.ts';
import { inParallel } from './cluster/in-parallel.ts';
import { ask, type Journey, objectsIn, patience, recordsOf } from './journey.ts';
import { grant, makeAccount } from './journey-accounts.ts';
import type { Fault } from './journey-faults.ts';
import { objectsOf } from './journey-objects.ts';
import { type Lack, lacksOf, type Role, rolesIn, yamlIn } from './journey-roles.ts';

/** People of a cluster, each with rights of their own. */
export interface Crowd {
  readonly journey: Journey;
  /** Somebody with these rights and no others. */
  readonly somebodyWith: (roles: readonly Role[]) => Promise<User>;
  readonly leave: () => void;
}

// Many at once keep the processors busy, and answer no sooner.
const atOnce = 2;

export function crowdOf(journey: Journey, plugins: string): Crowd {
  const users: User[] = [];
  let count = 0;
  return {
    journey,
    somebodyWith: async (roles) => {
      const { cluster } = journey;
      count += 1;
      const name = `somebody-${count}`;
      const token = await makeAccount(cluster, name);
      await grant(cluster, name, roles);
      const kubeconfig = cluster.controlPlane.kubeconfigFor(name, { token });
      const user = userOf(cluster, plugins, kubeconfig);
      users.push(user);
      return user;
    },
    leave: () => {
      for (const user of users) user.leave();
    },
  };
}

/** The roles that diagnose prints to somebody who has no right at all. */
export async function diagnoseRoles({ somebodyWith }: Crowd): Promise<readonly Role[]> {
  const nobody = await somebodyWith([]);
  const { stderr } = await nobody.kubectl('calico-fix', 'diagnose');
  return rolesIn(yamlIn(stderr));
}

/** With the printed roles diagnose lacks nothing; without any one right of them it names that. */
export async function expectDiagnoseRights(
  { somebodyWith }: Crowd,
  roles: readonly Role[],
  expect: ExpectStatic,
): Promise<void> {
  const user = await somebodyWith(roles);
  expect(await user.kubectl('calico-fix', 'diagnose')).toMatchObject({ code: 1, stderr: '' });
  const silent: string[] = [];
  const lacks = lacksOf(roles);
  await inParallel(lacks, atOnce, async (lack) => {
    const { stderr } = await (await somebodyWith(lack.roles)).kubectl('calico-fix', 'diagnose');
    const isTold = stderr
      .split(/[;\n]/)
      .some((part) => part.includes(` ${lack.verb} `) && part.includes(lack.resource));
    if (!isTold) silent.push(nameOf(lack));
  });
  expect(lacks.length).toBeGreaterThan(10);
  expect(silent).toEqual([]);
}

export interface Fix {
  readonly finding: string;
  readonly args?: readonly string[];
  /** How long it is watched; until it is verified unless told. */
  readonly timeout?: string;
  /** False: what is done is no field of an object, or stays. */
  readonly isUndone?: boolean;
}

const nameOf = ({ verb, resource }: Lack): string => `${verb} ${resource}`;

/** Without any one of the rights that a fix asks for nothing is changed, and that right is named. Returns them. */
async function expectAllNeeded(
  { journey, somebodyWith }: Crowd,
  reading: readonly Role[],
  roles: readonly Role[],
  command: readonly string[],
  expect: ExpectStatic,
): Promise<readonly string[]> {
  const before = await objectsOf(journey.cluster);
  const wrong: string[] = [];
  const lacks = lacksOf(roles);
  await inParallel(lacks, atOnce, async (lack) => {
    const user = await somebodyWith([...reading, ...lack.roles]);
    const { code, data, stdout, stderr } = await ask(user, ...command);
    const told = `${JSON.stringify(data['refusal'])}${stderr}`;
    if (code !== 2 || !told.includes(nameOf(lack)))
      wrong.push(`${nameOf(lack)}: ${code} ${stdout}${stderr}`);
  });
  expect(wrong).toEqual([]);
  expect(await objectsOf(journey.cluster)).toEqual(before);
  return lacks.map(nameOf);
}

/**
 * A fix asks for its rights before anything else; with those and diagnose's it works and can be taken back, and without any one of
 * them it names that one and changes nothing. Returns the rights that diagnose's do not have, as the tool names them.
 */
export async function expectFixRights(
  crowd: Crowd,
  reading: readonly Role[],
  { finding, args = [], timeout, isUndone = true }: Fix,
  expect: ExpectStatic,
): Promise<readonly string[]> {
  const { journey, somebodyWith } = crowd;
  const command = ['fix', finding, ...args, '--yes'];
  const before = await objectsOf(journey.cluster);
  const reader = await ask(await somebodyWith(reading), ...command);
  expect({ code: reader.code, stderr: reader.stderr }).toMatchObject({ code: 2 });
  const roles = rolesIn(String(reader.data['missingRole']));
  expect(lacksOf(roles).length, JSON.stringify(reader.data['refusal'])).toBeGreaterThan(0);
  const needed = await expectAllNeeded(crowd, reading, roles, command, expect);

  const user = await somebodyWith([...reading, ...roles]);
  expect(await recordsOf(user)).toEqual([]);
  const watched = timeout === undefined ? [] : [`--timeout=${timeout}`];
  const { code, data, stderr } = await ask(user, ...command, ...watched);
  const { result, missingRole, messages } = data;
  const wanted = timeout === undefined ? { code: 0, result: 'verified' } : {};
  expect({ code, result, missingRole, messages, stderr }).toMatchObject({
    ...wanted,
    missingRole: null,
  });
  expect(await recordsOf(user)).toHaveLength(1);
  expect(`${JSON.stringify(messages)}${stderr}`).not.toMatch(/forbidden|may not/);
  if (!isUndone) return needed;
  const undone = await ask(user, 'undo', '--yes', '--timeout=1s');
  expect(undone).toMatchObject({ data: { missingRole: null } });
  expect(await objectsOf(journey.cluster)).toEqual(before);
  return needed;
}

/** Brings a fault up, waits until it is found, and goes through the rights of its fix. Returns them as `expectFixRights` does. */
export async function expectRightsFor(
  crowd: Crowd,
  reading: readonly Role[],
  { fault, ...how }: Omit<Fix, 'finding'> & { readonly fault: Fault },
  expect: ExpectStatic,
): Promise<readonly string[]> {
  const { cluster, user } = crowd.journey;
  const { finding, bringUp, takeAway } = fault;
  try {
    await bringUp(cluster);
    const found = async (): Promise<readonly unknown[]> =>
      objectsIn((await user.diagnose()).diagnosis['findings']).map(({ id }) => id);
    await expect.poll(found, { ...patience, interval: 1000 }).toContain(finding);
    return await expectFixRights(crowd, reading, { finding, ...how }, expect);
  } finally {
    await takeAway(cluster);
  }
}
