import { afterAll, describe, expect, inject, it } from 'vitest';
import { errorsOf, type User, userOf } from './support/cluster/ask.ts';
import { inParallel } from './support/cluster/in-parallel.ts';
import { ask, journeyFor, recordsOf } from './support/journey.ts';
import { grant, makeAccount } from './support/journey-accounts.ts';
import { objectsOf } from './support/journey-objects.ts';
import { lacksOf, type Role, rolesIn, yamlIn } from './support/journey-roles.ts';

// The roles that the tool prints are what it needs: with them it works, and with one right less it says which.

const { go } = inject('programs');
const { bin } = inject('release');
const limit = 900_000;
const atOnce = 3;

const cases = [
  { id: 'bridge-address-manifest', finding: 'wrong-ip-autodetected' },
  { id: 'bridge-address', finding: 'wrong-ip-autodetected' },
] as const;

describe.skipIf(go === null).each(cases)('the rights for $id', ({ id, finding }) => {
  const journey = journeyFor(id, bin);
  const users: User[] = [];
  let diagnoseRoles: readonly Role[] = [];
  let fixRoles: readonly Role[] = [];
  let count = 0;

  afterAll(() => {
    for (const user of users) user.leave();
  });

  /** Somebody with these rights and no others. */
  const somebodyWith = async (roles: readonly Role[]): Promise<User> => {
    const { cluster } = journey();
    count += 1;
    const name = `somebody-${count}`;
    const token = await makeAccount(cluster, name);
    await grant(cluster, name, roles);
    const user = userOf(cluster, bin, cluster.controlPlane.kubeconfigFor(name, { token }));
    users.push(user);
    return user;
  };

  it('that diagnose prints are enough for it', { timeout: limit }, async () => {
    const nobody = await somebodyWith([]);
    const refused = await nobody.kubectl('calico-fix', 'diagnose');
    expect(refused).toMatchObject({ code: 2 });
    diagnoseRoles = rolesIn(yamlIn(refused.stderr));
    const user = await somebodyWith(diagnoseRoles);
    const { code, diagnosis } = await user.diagnose();
    expect({ code, errors: errorsOf(diagnosis) }).toEqual({ code: 1, errors: [finding] });
    expect((await user.kubectl('calico-fix', 'diagnose')).stderr).toBe('');
  });

  it(
    'of diagnose are all needed: it names the one that is missing',
    { timeout: limit },
    async () => {
      const silent: string[] = [];
      await inParallel(lacksOf(diagnoseRoles), atOnce, async ({ verb, resource, roles }) => {
        const user = await somebodyWith(roles);
        const { stderr } = await user.kubectl('calico-fix', 'diagnose');
        const told = stderr
          .split(/[;\n]/)
          .some((part) => part.includes(` ${verb} `) && part.includes(resource));
        if (!told) silent.push(`${verb} ${resource}`);
      });
      expect(silent).toEqual([]);
    },
  );

  it('that fix prints are asked for before anything else', { timeout: limit }, async () => {
    const { cluster } = journey();
    const before = await objectsOf(cluster);
    const reader = await somebodyWith(diagnoseRoles);
    const { code, data } = await ask(reader, 'fix', '--yes');
    expect(code).toBe(2);
    fixRoles = rolesIn(String(data['missingRole']));
    expect(fixRoles.length).toBeGreaterThan(0);
    expect(lacksOf(fixRoles).map(({ verb }) => verb)).toContain('patch');
    expect(await recordsOf(await somebodyWith([...diagnoseRoles, ...fixRoles]))).toEqual([]);
    expect(await objectsOf(cluster)).toEqual(before);
  });

  it('of fix are all needed: nothing is changed without one', { timeout: limit }, async () => {
    const { cluster } = journey();
    const before = await objectsOf(cluster);
    const wrong: string[] = [];
    await inParallel(lacksOf(fixRoles), atOnce, async ({ verb, resource, roles }) => {
      const user = await somebodyWith([...diagnoseRoles, ...roles]);
      const { code, data, stdout, stderr } = await ask(user, 'fix', '--yes');
      const told = `${JSON.stringify(data['refusal'])}${stderr}`;
      if (code !== 2 || !told.includes(`${verb} ${resource}`))
        wrong.push(`${verb} ${resource}: ${code} ${stdout}${stderr}`);
    });
    expect(wrong).toEqual([]);
    expect(await objectsOf(cluster)).toEqual(before);
  });

  it(
    'of diagnose and fix together are enough to mend it and to take it back',
    { timeout: limit },
    async () => {
      const { cluster } = journey();
      const before = await objectsOf(cluster);
      const user = await somebodyWith([...diagnoseRoles, ...fixRoles]);
      const fixed = await ask(user, 'fix', '--yes');
      expect({ code: fixed.code, result: fixed.data['result'] }).toEqual({
        code: 0,
        result: 'verified',
      });
      expect(await ask(user, 'undo', '--yes', '--timeout=1s')).toMatchObject({
        data: { missingRole: null },
      });
      expect(await objectsOf(cluster)).toEqual(before);
    },
  );
});
