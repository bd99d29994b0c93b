import { describe, expect, test } from 'vitest';
import type { Installation, KubeObject } from '../../internal/model/kubernetes.ts';
import { apply, essence, fixRun, planNow, undo } from '../support/fix-run.ts';
import { installationRef, wrongAddress } from '../support/fix-samples.ts';

// Whatever keeps the Installation as its source has it applies that again, but for fields that it never had: what was changed by
// us then stands beside its own.
const applyAgain = (draft: KubeObject): void => {
  const { spec } = draft as Installation;
  Object.assign(spec?.calicoNetwork?.nodeAddressAutodetectionV4 ?? {}, { firstFound: true });
  const time = '2031-01-01T00:00:00Z';
  const f = { 'f:nodeAddressAutodetectionV4': { 'f:firstFound': {} } };
  const fieldsV1 = { 'f:spec': { 'f:calicoNetwork': f } };
  // The operator fills in its defaults afterwards.
  const later = { manager: 'tigera-operator', operation: 'Update', time: '2031-01-01T00:00:02Z' };
  const entry = { manager: 'argocd-controller', operation: 'Update', time, fieldsV1 };
  Object.assign(draft.metadata, { managedFields: [entry, later] });
};

describe('an Installation to which its owner applies its own method again', () => {
  test.each([5000, 12_000])(
    'after %d ms is not verified, and is cleared up by undo',
    async (ms) => {
      const cluster = await wrongAddress({ install: 'operator' });
      const run = fixRun(cluster);
      const plan = await planNow(run);
      const before = essence(cluster.stored(installationRef()));
      cluster.before({ verb: 'patch', isDryRun: false }, () => {
        cluster.clock.schedule(ms, () => cluster.edit(installationRef(), applyAgain));
      });
      const outcome = await apply(run, plan);
      expect(outcome.result).toBe('not-verified');
      expect(outcome.messages.join('\n')).toContain('argocd-controller');
      expect((await undo(run)).result).toBe('verified');
      expect(essence(cluster.stored(installationRef()))).toEqual(before);
      expect(run.journal.list().records.at(-1)).toMatchObject({ state: 'undone' });
    },
  );
});
