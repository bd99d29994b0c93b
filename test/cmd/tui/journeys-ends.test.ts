import { describe, expect, test } from 'vitest';
import { farewell } from '../../../cmd/tui/farewell.ts';
import { applyPlan } from '../../../internal/apply/apply.ts';
import type { Diagnosis } from '../../../internal/model/diagnosis.ts';
import { diagnosisOf, findingOf, plainText, remedyOf } from '../../support/diagnosis.ts';
import { daemonSetRef, methodOf, wrongAddress } from '../../support/fix-samples.ts';
import { essence } from '../../support/fix-run.ts';
import { outcomeOf } from '../../support/wizard.ts';
import { wizardOn } from '../../support/wizard-journey.ts';

/** Gives one diagnosis after the other, the last one from then on. */
function inTurn(...diagnoses: readonly [Diagnosis, ...Diagnosis[]]) {
  let count = 0;
  const next = (): Diagnosis => {
    count += 1;
    return diagnoses[count - 1] ?? diagnoses.at(-1) ?? diagnoses[0];
  };
  return { diagnose: () => Promise.resolve(next()) };
}

const node = (name: string) => ({ kind: 'Node', name });
const healthy = diagnosisOf({ verdict: 'healthy', findings: [] });

describe('what is done by hand', () => {
  const byHand = remedyOf({
    id: 'same-cgroup-driver',
    title: 'Let both use one driver',
    action: 'manual',
    changes: [],
    manual: ['# on n2, as root', 'sudo systemctl restart containerd', 'kubectl get pods'],
  });
  const sick = diagnosisOf({
    verdict: 'findings',
    findings: [
      findingOf({ id: 'cgroup-driver-mismatch', affected: [node('n2')], remedies: [byHand] }),
    ],
  });

  test('is checked again from its step, and ends when the fault is gone', async () => {
    // Another fault came first meanwhile: the place is kept all the same.
    const other = findingOf({ id: 'other', affected: [node('n1')] });
    const second = { ...sick, findings: [other, ...sick.findings] };
    const cluster = await wrongAddress();
    const services = inTurn(sick, second, healthy);
    const wizard = await wizardOn(cluster, { services });
    await wizard.press('enter', 'enter', 'enter', 'enter');
    expect(wizard.screen()).toMatchObject({ name: 'runbook', row: 1 });
    await wizard.press('y', 'r');
    expect(wizard.copied).toEqual(['kubectl get pods']);
    expect(wizard.screen()).toMatchObject({ name: 'runbook', row: 1, finding: 1 });
    expect(wizard.state().notice).toContain('cgroup-driver-mismatch is still there');
    await wizard.press('r');
    expect(wizard.screen()).toMatchObject({ name: 'verdict' });
    expect(wizard.state().notice).toContain('cgroup-driver-mismatch is gone');
    expect(cluster.writes()).toEqual([]);
  });

  test('is not called gone where its check could not tell', async () => {
    const [check] = healthy.checks;
    const blind = {
      ...healthy,
      checks: check
        ? [{ ...check, id: 'cgroup-driver-mismatch', result: 'unknown' as const, reason: '403' }]
        : [],
    };
    const wizard = await wizardOn(await wrongAddress(), { services: inTurn(sick, blind) });
    await wizard.press('enter', 'r');
    expect(wizard.state().notice).toContain('cannot be told');
  });
});

describe('a drain', () => {
  const drain = remedyOf({
    id: 'drain-node',
    risk: 'interrupts-traffic',
    changes: [],
    drains: ['n3', 'n4'],
    afterwards: ['# on n3', 'sudo reboot'],
  });
  const loaded = diagnosisOf({
    verdict: 'findings',
    source: { kind: 'live', name: 'test' },
    findings: [
      findingOf({ id: 'overloaded', affected: [node('n3'), node('n4')], remedies: [drain] }),
    ],
  });

  test('asks for the name of each node, and leads to what is left to do', async () => {
    const cluster = await wrongAddress({ install: 'operator' });
    const wizard = await wizardOn(cluster, {
      services: inTurn(loaded),
      engine: { applyPlan: () => Promise.resolve(outcomeOf()) },
    });
    await wizard.press('enter', 'enter', 'enter');
    for (const key of ['e', 'f']) await wizard.press(key).catch(() => undefined);
    expect(wizard.screen()).toMatchObject({ name: 'preview', dryRun: 'accepted' });
    await wizard.press('enter', 'yes', 'enter');
    expect(wizard.screen()).toMatchObject({ name: 'confirm', typed: 0 });
    for (let letter = 0; letter < 3; letter += 1) wizard.erase();
    await wizard.press('n3', 'enter');
    expect(wizard.screen()).toMatchObject({ name: 'confirm', typed: 1 });
    await wizard.press('n4', 'enter');
    expect(wizard.screen()).toMatchObject({ name: 'outcome' });
    expect(wizard.frame()).toContain('sudo reboot');
    await wizard.press('enter');
    expect(wizard.screen()).toMatchObject({ name: 'runbook', steps: [{ command: 'sudo reboot' }] });
  });
});

describe('a change that does not end well', () => {
  test('is taken back, and the wizard says so', async () => {
    const cluster = await wrongAddress({ install: 'manifest' });
    const before = essence(cluster.stored(daemonSetRef()));
    const wizard = await wizardOn(cluster, {
      engine: {
        // As if the method had been judged wrongly: it finds the bridge on every node that has one.
        applyPlan: (plan, context, options) => {
          const [step] = plan.steps;
          if (step?.kind !== 'change') throw new Error('no step');
          const change = methodOf('interface=lab.*');
          const steps = [{ ...step, change, after: null }];
          return applyPlan({ ...plan, addresses: [], steps }, context, options);
        },
      },
    });
    await wizard.press('enter', 'enter', 'enter', 'enter', 'enter', 'yes', 'enter');
    expect(wizard.screen()).toMatchObject({ name: 'outcome', outcome: { result: 'rolled-back' } });
    expect(essence(cluster.stored(daemonSetRef()))).toEqual(before);
    expect(wizard.frame()).toMatch(/taken back/);
    await wizard.press('enter', 'q');
    expect(wizard.state().exitCode).toBe(1);
    expect(farewell(wizard.state(), plainText())).toContain('taken back');
    expect(wizard.bugs).toEqual([]);
  });

  test('by a fault of the tool is told with its record', async () => {
    const cluster = await wrongAddress({ install: 'operator' });
    const wizard = await wizardOn(cluster, {
      engine: {
        applyPlan: (_plan, { onEvent }) => {
          onEvent({ kind: 'recorded', id: '20260301-120000-abc' });
          return Promise.reject(new TypeError('it broke'));
        },
      },
    });
    await wizard.press('enter', 'enter', 'enter', 'enter', 'enter', 'yes', 'enter');
    expect(wizard.screen()).toMatchObject({
      name: 'outcome',
      outcome: { result: 'not-verified', recordId: '20260301-120000-abc' },
    });
    expect(wizard.bugs).toHaveLength(1);
    // How the cluster stands is not known, so it is read again.
    await wizard.press('enter');
    expect(wizard.screen()).toMatchObject({ name: 'verdict' });
  });
});

test('with several faults the end of one leads to the next', async () => {
  const fault = (id: string, name: string) =>
    findingOf({ id, affected: [node(name)], remedies: [remedyOf()] });
  const both = diagnosisOf({
    verdict: 'findings',
    source: { kind: 'live', name: 'test' },
    findings: [fault('first-fault', 'n1'), fault('second-fault', 'n2')],
  });
  const rest = { ...both, findings: both.findings.slice(1) };
  const wizard = await wizardOn(await wrongAddress({ install: 'operator' }), {
    services: inTurn(both),
    engine: { applyPlan: () => Promise.resolve(outcomeOf({ diagnosis: rest })) },
  });
  await wizard.press('enter', 'enter', 'enter');
  if (wizard.screen()?.name === 'methods') await wizard.press('enter');
  await wizard.press('enter', 'yes', 'enter');
  expect(wizard.frame()).toContain('enter leads to the next');
  await wizard.press('enter');
  expect(wizard.screen()).toMatchObject({ name: 'finding', finding: 0 });
  expect(wizard.frame()).toContain('second-fault');
});

test('who may not read kube-system still sees the diagnosis, and why nothing can be taken back', async () => {
  const cluster = await wrongAddress({ install: 'operator' });
  const wizard = await wizardOn({
    ...cluster,
    get: (ref) =>
      ref.kind === 'Namespace'
        ? Promise.resolve({
            state: 'refused',
            status: 403,
            reason: 'Forbidden',
            message: 'namespaces "kube-system" is forbidden',
            causes: [],
            retryAfterSeconds: null,
            isOpen: false,
          })
        : cluster.get(ref),
  });
  expect(wizard.screen()).toMatchObject({ name: 'verdict' });
  await wizard.press('u');
  expect(wizard.state().notice).toContain('forbidden');
});
