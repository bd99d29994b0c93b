import { describe, expect, test } from 'vitest';
import { daemonSetRef, installationRef, wrongAddress } from '../../support/fix-samples.ts';
import { essence } from '../../support/fix-run.ts';
import { simulatedCluster } from '../../support/simulated-cluster.ts';
import { wizardOn } from '../../support/wizard-journey.ts';

const toPreview = ['enter', 'enter', 'enter', 'enter'];
const toConfirm = [...toPreview, 'enter'];

describe.each(['operator', 'manifest'] as const)('a wrong address, %s', (install) => {
  const ref = install === 'operator' ? installationRef() : daemonSetRef();

  test('is cured, verified and taken back', async () => {
    const cluster = await wrongAddress({ install });
    const before = essence(cluster.stored(ref));
    const wizard = await wizardOn(cluster);
    expect(wizard.state().diagnosis?.findings[0]?.id).toBe('wrong-ip-autodetected');

    await wizard.press(...toConfirm);
    expect(wizard.screen()).toMatchObject({ name: 'confirm', words: ['yes'] });
    expect(cluster.writes()).toEqual([]);
    expect(wizard.frame()).toContain(ref.kind);

    await wizard.press('yes', 'enter');
    expect(wizard.screen()).toMatchObject({ name: 'outcome', outcome: { result: 'verified' } });
    expect(wizard.state().diagnosis?.verdict).toBe('healthy');

    await wizard.press('u', 'enter', 'yes', 'enter');
    expect(wizard.screen()).toMatchObject({ name: 'outcome', outcome: { result: 'verified' } });
    expect(essence(cluster.stored(ref))).toEqual(before);
    await wizard.press('q');
  });
});

describe('a slow start', () => {
  test('is given the time that it needs', async () => {
    const nodes = [
      { name: 'n1', ip: '10.8.0.1' },
      { name: 'n2', ip: '10.8.0.2' },
      { name: 'n3', ip: '10.8.0.3', startSeconds: 100 },
    ];
    const cluster = await simulatedCluster({ nodes, install: 'manifest' });
    const wizard = await wizardOn(cluster);
    expect(wizard.state().diagnosis?.findings[0]?.id).toBe('slow-startup-liveness-kill');
    await wizard.press('enter', 'enter', 'enter', 'enter', 'yes', 'enter');
    expect(wizard.screen()).toMatchObject({ name: 'outcome', outcome: { result: 'verified' } });
    await wizard.press('q');
    expect(wizard.state().exitCode).toBe(0);
  });
});

test('with --node only that node’s findings are led through', async () => {
  const well = await wizardOn(await wrongAddress({ install: 'operator' }), {
    flags: { node: ['n4'] },
  });
  expect(well.state().diagnosis?.findings.map(({ id }) => id)).not.toContain(
    'wrong-ip-autodetected',
  );
  const sick = await wizardOn(await wrongAddress({ install: 'operator' }), {
    flags: { node: ['n2'] },
  });
  await sick.press(...toConfirm, 'yes', 'enter');
  expect(sick.screen()).toMatchObject({ name: 'outcome', outcome: { result: 'verified' } });
});

test('a method of one’s own that leaves nodes without an address is refused', async () => {
  const cluster = await wrongAddress({ install: 'operator' });
  const wizard = await wizardOn(cluster);
  await wizard.press('enter', 'enter', 'enter', 'm', 'interface=nothing.*', 'enter');
  expect(wizard.screen()).toMatchObject({ name: 'preview', plan: null });
  await wizard.press('enter', 'enter');
  expect(wizard.screen()?.name).toBe('preview');
  expect(cluster.writes()).toEqual([]);
});

test('what somebody else changed meanwhile is not written over', async () => {
  const cluster = await wrongAddress({ install: 'operator' });
  const wizard = await wizardOn(cluster);
  await wizard.press(...toConfirm);
  cluster.edit(installationRef(), (draft) => {
    Object.assign(draft, {
      spec: { calicoNetwork: { nodeAddressAutodetectionV4: { interface: 'eth9' } } },
    });
  });
  const edited = essence(cluster.stored(installationRef()));
  await wizard.press('yes', 'enter');
  expect(wizard.screen()).toMatchObject({ name: 'outcome', outcome: { result: 'refused' } });
  expect(essence(cluster.stored(installationRef()))).toEqual(edited);
});

test('a user without rights sees which, before anything is asked', async () => {
  const cluster = await wrongAddress({ install: 'operator' });
  const wizard = await wizardOn(cluster);
  cluster.allow([{ verbs: ['get', 'list'], apiGroups: ['*'], resources: ['*'] }]);
  await wizard.press(...toPreview);
  expect(wizard.screen()).toMatchObject({ name: 'preview', dryRun: 'refused' });
  expect(wizard.frame()).toMatch(/installations/);
  await wizard.press('enter');
  expect(wizard.screen()?.name).toBe('preview');
});

test('the terminal may be resized at every step', async () => {
  const wizard = await wizardOn(await wrongAddress({ install: 'operator' }));
  for (const key of [...toConfirm, 'yes', 'enter']) {
    await wizard.press(key);
    for (const [columns, rows] of [
      [40, 8],
      [200, 60],
      [80, 24],
    ] as const) {
      wizard.resize(columns, rows);
      expect(wizard.frame().split('\n')).toHaveLength(Math.max(8, rows));
    }
  }
});

// The states that the way to a verified fix passes, one by one: interrupted in each, it has to be told right and undone.
test('Ctrl-C at every step leaves a state that is said and can be undone', async () => {
  let steps = 0;
  const counted = await wizardOn(await wrongAddress({ install: 'operator' }), {
    onChange: () => {
      steps += 1;
    },
  });
  await counted.press(...toConfirm, 'yes', 'enter');
  expect(steps).toBeGreaterThan(15);
  for (let at = 1; at <= steps; at += 1) {
    const cluster = await wrongAddress({ install: 'operator' });
    const before = essence(cluster.stored(installationRef()));
    let count = 0;
    let press = (): void => undefined;
    const wizard = await wizardOn(cluster, {
      onChange: (state) => {
        count += 1;
        if (count === at && state.exitCode === null) press();
      },
    });
    press = () => wizard.pressNow('ctrl-c');
    for (const key of [...toConfirm, 'yes', 'enter']) {
      if (wizard.state().exitCode !== null) break;
      await wizard.press(key).catch(() => undefined);
    }
    const screen = wizard.screen();
    const isOver = screen?.name === 'outcome';
    const isLeft = wizard.state().exitCode === 130;
    // On the last screen Ctrl-C leaves what is verified already, before that nothing was sent.
    expect(isOver || (isLeft && cluster.writes().length === 0), `at ${at}`).toBe(true);
    if (isLeft) continue;
    if (wizard.state().recordId !== null) {
      await wizard.press('u', 'enter');
      // Where the answer of a request did not come, it may be that there is nothing to take back.
      if (wizard.screen()?.name === 'confirm') await wizard.press('yes', 'enter');
    }
    expect(essence(cluster.stored(installationRef())), `at ${at}`).toEqual(before);
  }
});

test('a change that is back already is closed in its record', async () => {
  const cluster = await wrongAddress({ install: 'operator' });
  const before = cluster.stored(installationRef());
  const wizard = await wizardOn(cluster);
  await wizard.press(...toConfirm, 'yes', 'enter');
  cluster.edit(installationRef(), (draft) => {
    Object.assign(draft, { spec: before['spec' as never] });
  });
  await wizard.press('u');
  expect(wizard.screen()).toMatchObject({ name: 'preview', plan: null });
  expect(wizard.journal.list().records[0]?.state).toBe('undone');
});
