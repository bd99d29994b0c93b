import { describe, expect, it } from 'vitest';
import { daemonSetRef, strategic } from '../../internal/remediations/refs.ts';
import { aboutPlace, durablePlace } from '../../internal/remediations/durable.ts';
import { installWith } from './install-with.ts';

describe('what is told of the place of a change', () => {
  const applied = { reasons: ['DaemonSet net/calico-node was written with kubectl apply'] };
  const change = strategic(daemonSetRef(installWith()), { spec: {} });
  const target = { kind: 'DaemonSet', name: 'calico-node', namespace: 'net' };
  const told = (more: Parameters<typeof installWith>[0], changes = [change]) =>
    aboutPlace(installWith(more), { action: 'apply', target, changes });

  it('is the file, where kubectl applied one', () => {
    expect(told(applied)).toEqual([expect.stringContaining('kubectl apply')]);
    expect(told({})).toEqual([]);
    expect(told(applied, [])).toEqual([]);
  });

  it('names the add-on of K3s', () => {
    const place = durablePlace(installWith({ owner: 'k3s-addon', ownerName: 'net' }));
    expect(place).toContain('add-on net ');
  });

  it('is until when the change stands, where something writes it again', () => {
    const until = (more: Parameters<typeof installWith>[0]) =>
      aboutPlace(installWith(more), { action: 'apply-temporary', target, changes: [change] });
    expect(until({ owner: 'argocd', action: 'apply-temporary' })).toEqual([
      expect.stringContaining('Argo CD syncs'),
    ]);
    expect(until({ owner: 'flux', action: 'apply-temporary' })).toEqual([
      expect.stringContaining('Flux'),
    ]);
  });
});
