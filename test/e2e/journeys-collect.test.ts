import path from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { parseObject } from '../support/json.ts';
import { journeyFor } from './support/journey.ts';

// What was collected from a cluster tells the same as the cluster itself.

const { go } = inject('programs');
const { bin } = inject('release');
const tries = 5;

/** A diagnosis as text, but for where and when its cluster was read. */
function withoutSource(text: string): string {
  const isOfSource = (key: string): boolean => ['takenAt', 'source', 'context'].includes(key);
  return JSON.stringify(
    parseObject(text),
    (key, value: unknown) => (isOfSource(key) ? null : value),
    1,
  );
}

describe.skipIf(go === null).each(['bridge-address', 'slow-start'])('a bundle of %s', (id) => {
  const journey = journeyFor(id, bin);

  it('gives the same findings as the cluster, byte for byte', async () => {
    const { user } = journey();
    let [live, saved] = ['', ''];
    // Pods that restart do so between two looks, too.
    for (let count = 0; count < tries; count += 1) {
      const file = path.join(user.home, `bundle-${count}.tar.gz`);
      const diagnosed = await user.kubectl('calico-fix', 'diagnose', '-o', 'json');
      expect(await user.kubectl('calico-fix', 'collect', '-o', file)).toMatchObject({ code: 0 });
      const read = await user.kubectl('calico-fix', 'diagnose', '--from', file, '-o', 'json');
      expect([diagnosed.code, read.code]).toEqual([1, 1]);
      [live, saved] = [withoutSource(diagnosed.stdout), withoutSource(read.stdout)];
      if (live === saved) break;
    }
    expect(saved).toBe(live);
    expect(JSON.parse(saved)).toMatchObject({ findings: [{ severity: 'error' }] });
  });
});
