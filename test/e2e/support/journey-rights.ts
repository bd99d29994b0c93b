import { isDeepStrictEqual } from 'node:util';
import { setTimeout as wait } from 'node:timers/promises';
import type { ExpectStatic } from 'vitest';
import { type User, userOf } from './cluster/ask.ts';
import { inParallel } from './cluster/in-parallel.ts';
import { valueAt } from './cluster/operator-rules.ts';
import { ask, type Journey, objectsIn, patience, type Told } from './journey.ts';
import { grant, makeAccount } from './journey-accounts.ts';
import { briefly, type Fault, type FixHow } from './journey-faults.ts';
import { objectsOf } from './journey-objects.ts';
import { type Lack, lacksOf, type Role, rolesIn, yamlIn } from './journey-roles.ts';

/** People of a cluster, each with rights of their own. */
export interface Crowd {
  readonly journey: Journey;
  /** Somebody with these rights and no others. */
  readonly somebodyWith: (roles: readonly Role[]) => Promise<User>;
  /** The same, who changes nothing, and may be asked again. */
  readonly bystanderWith: (roles: readonly Role[]) => Promise<User>;
  /** Gives somebody further rights. */
  readonly permit: (user: User, roles: readonly Role[]) => Promise<void>;
  /** Ids of the remedies that were carried out with their own rights alone. */
  readonly remedies: Set<string>;
  /** What was brought about, the newest last. */
  readonly findings: string[];
  /** The roles of which each right was taken away in turn. */
  readonly walked: Set<string>;
  readonly leave: () => void;
}

// Many at once keep the processors busy, and answer no sooner.
const atOnce = 2;

export function crowdOf({ cluster, ...journey }: Journey, plugins: string): Crowd {
  const names = new Map<User, string>();
  const idle = new Map<string, Promise<User>>();
  let count = 0;
  const somebodyWith = async (roles: readonly Role[]): Promise<User> => {
    count += 1;
    const name = `somebody-${count}`;
    const token = await makeAccount(cluster, name);
    await grant(cluster, name, roles);
    const kubeconfig = cluster.controlPlane.kubeconfigFor(name, { token });
    const user = userOf(cluster, plugins, kubeconfig);
    names.set(user, name);
    return user;
  };
  return {
    journey: { cluster, ...journey },
    somebodyWith,
    bystanderWith: async (roles) => {
      const key = JSON.stringify(roles);
      const known = idle.get(key) ?? somebodyWith(roles);
      idle.set(key, known);
      return await known;
    },
    permit: async (user, roles) => grant(cluster, names.get(user) ?? '', roles),
    remedies: new Set(),
    findings: [],
    walked: new Set(),
    leave: () => {
      for (const user of names.keys()) user.leave();
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

export interface Fix extends FixHow {
  readonly finding: string;
}

const nameOf = ({ verb, resource }: Lack): string => `${verb} ${resource}`;

const changing = new Set(['patch', 'create', 'delete', 'escalate']);

// Roles that were gone through with another remedy of this cluster are tried without what changes something alone.
function lacksToTry({ walked }: Crowd, roles: readonly Role[]): readonly Lack[] {
  const key = JSON.stringify(roles);
  const lacks = lacksOf(roles);
  if (walked.has(key)) return lacks.filter(({ verb }) => changing.has(verb));
  walked.add(key);
  return lacks;
}

const asksLimit = 20;

// A sick pod that starts anew says nothing of its fault for a moment.
async function askWhileFound(user: User, command: readonly string[]): Promise<Told> {
  for (let count = 1; ; count += 1) {
    const answer = await ask(user, ...command);
    if (count === asksLimit || !answer.stderr.includes('is not found here')) return answer;
    await wait(1000);
  }
}

/** Without any one of the rights that a fix asks for nothing is changed, and that right is named. Returns them. */
async function expectAllNeeded(
  crowd: Crowd,
  reading: readonly Role[],
  roles: readonly Role[],
  command: readonly string[],
  expect: ExpectStatic,
): Promise<readonly string[]> {
  const { journey, bystanderWith } = crowd;
  const before = await objectsOf(journey.cluster);
  const wrong: string[] = [];
  await inParallel(lacksToTry(crowd, roles), atOnce, async (lack) => {
    const user = await bystanderWith([...reading, ...lack.roles]);
    const { code, data, stdout, stderr } = await askWhileFound(user, command);
    const told = `${JSON.stringify(data['refusal'])}${stderr}`;
    if (code !== 2 || !told.includes(nameOf(lack)))
      wrong.push(`${nameOf(lack)}: ${code} ${stdout}${stderr}`);
  });
  expect(wrong).toEqual([]);
  expect(await objectsOf(journey.cluster)).toEqual(before);
  return lacksOf(roles).map(nameOf);
}

/** The remedies of the plan that a command was about. */
const remediesIn = ({ data }: Told): readonly string[] =>
  objectsIn(valueAt(data['plan'], 'items')).map((item) => String(valueAt(item, 'remedy', 'id')));

/** What a fix has made is deleted by its undo, which the rights of the fix need not be enough for: then it says so first. */
async function expectUndone(
  crowd: Crowd,
  user: User,
  timeout: string,
  expect: ExpectStatic,
): Promise<void> {
  const undo = async (): Promise<Told> => ask(user, 'undo', '--yes', `--timeout=${timeout}`);
  const missingRole = (await undo()).data['missingRole'];
  if (typeof missingRole !== 'string') return expect(missingRole).toBeNull();
  const roles = rolesIn(missingRole);
  expect(lacksOf(roles).map(({ verb }) => verb)).toEqual(['delete']);
  await crowd.permit(user, roles);
  expect(await undo()).toMatchObject({ data: { missingRole: null } });
}

/**
 * A fix asks for its rights before anything else; with those and diagnose's it works and can be taken back, and without any one of
 * them it names that one and changes nothing. Returns the rights that diagnose's do not have, as the tool names them.
 */
export async function expectFixRights(
  crowd: Crowd,
  reading: readonly Role[],
  { finding, remedy, args = [], timeout, undoTimeout = briefly, isUndone = true }: Fix,
  expect: ExpectStatic,
): Promise<readonly string[]> {
  const { journey, somebodyWith, bystanderWith } = crowd;
  const named = remedy === undefined ? [] : ['--remedy', remedy];
  const command = ['fix', finding, ...named, ...args, '--yes'];
  const before = await objectsOf(journey.cluster);
  const reader = await askWhileFound(await bystanderWith(reading), command);
  expect({ code: reader.code, stderr: reader.stderr }).toMatchObject({ code: 2 });
  const roles = rolesIn(String(reader.data['missingRole']));
  expect(lacksOf(roles).length, `${finding}: ${reader.stdout}${reader.stderr}`).toBeGreaterThan(0);
  const needed = await expectAllNeeded(crowd, reading, roles, command, expect);

  const user = await somebodyWith([...reading, ...roles]);
  const watched = timeout === undefined ? [] : [`--timeout=${timeout}`];
  const answer = await askWhileFound(user, [...command, ...watched]);
  for (const id of remediesIn(answer)) crowd.remedies.add(id);
  const { code, data, stderr } = answer;
  const { result, missingRole, messages, recordId } = data;
  const wanted = timeout === undefined ? { code: 0, result: 'verified' } : {};
  expect({ code, result, missingRole, messages, stderr }).toMatchObject({
    ...wanted,
    missingRole: null,
  });
  expect(recordId).toEqual(expect.any(String));
  expect(`${JSON.stringify(messages)}${stderr}`).not.toMatch(/forbidden|may not/);
  if (!isUndone) return needed;
  const present = (): Promise<object> => objectsOf(journey.cluster);
  const isChanged = !isDeepStrictEqual(await present(), before);
  expect({ finding, result, messages, isChanged }).toMatchObject({ isChanged: true });
  await expectUndone(crowd, user, undoTimeout, expect);
  await expect.poll(present, patience).toEqual(before);
  return needed;
}

/** Brings a fault up, waits until it is found, and goes through the rights of its fix. Returns them as `expectFixRights` does. */
export async function expectRightsFor(
  crowd: Crowd,
  reading: readonly Role[],
  { finding, fix = {}, bringUp, takeAway }: Fault,
  expect: ExpectStatic,
): Promise<readonly string[]> {
  const { cluster, user } = crowd.journey;
  const found = async (): Promise<readonly unknown[]> =>
    objectsIn((await user.diagnose()).diagnosis['findings']).map(({ id }) => id);
  // What was before was the same, by another cause.
  if (crowd.findings.at(-1) === finding)
    await expect.poll(found, { ...patience, interval: 1000 }).not.toContain(finding);
  crowd.findings.push(finding);
  try {
    await bringUp(cluster);
    await expect.poll(found, { ...patience, interval: 1000 }).toContain(finding);
    return await expectFixRights(crowd, reading, { ...fix, finding }, expect);
  } finally {
    await takeAway(cluster);
  }
}
