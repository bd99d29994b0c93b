import { describe, expect, test } from 'vitest';
import type { DaemonSet } from '../../internal/model/kubernetes.ts';
import { daemonSetRef, wrongAddress } from '../support/fix-samples.ts';
import { fixScene, type FixScene } from '../support/fix-scene.ts';

/** A fix of which everything is back as it was, without the record having heard of it. */
async function brokenOff(): Promise<FixScene> {
  const cluster = await wrongAddress({ install: 'manifest' });
  const scene = fixScene(cluster);
  const daemonSet: DaemonSet = cluster.stored(daemonSetRef());
  const spec = structuredClone(daemonSet.spec);
  expect((await scene.run(['fix', '--yes'])).code).toBe(0);
  cluster.edit<DaemonSet>(daemonSetRef(), (draft) => Object.assign(draft, { spec }));
  const [record] = scene.journal.list().records;
  if (record) scene.journal.write({ ...record, state: 'begun' });
  return scene;
}

describe('undo of what is back already', () => {
  test('closes the record, so that what was changed before it comes next', async () => {
    const { run, journal } = await brokenOff();
    expect(await run(['undo', '--yes'])).toMatchObject({ code: 0 });
    expect(journal.list().records).toMatchObject([
      { state: 'undone', steps: [{ state: 'undone' }] },
    ]);
    expect(await run(['undo', '--yes'])).toMatchObject({ code: 2 });
  });

  test.each(['client', 'server'])('--dry-run=%s leaves the record as it is', async (mode) => {
    const { run, journal } = await brokenOff();
    expect(await run(['undo', `--dry-run=${mode}`])).toMatchObject({ code: 0 });
    expect(journal.list().records).toMatchObject([{ state: 'begun' }]);
  });
});
