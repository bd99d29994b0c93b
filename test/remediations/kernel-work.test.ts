import { expect, it } from 'vitest';
import { loadModules, rebootNodes } from '../../internal/remediations/kernel-work.ts';

it('says what a drain costs before it drains, and waits for the node', () => {
  const { manual, risk } = rebootNodes(['w-1', 'w-2'], ['uname -r']);
  expect(risk).toBe('interrupts-traffic');
  expect(manual.slice(1, 7)).toEqual([
    'kubectl drain w-1 --ignore-daemonsets --delete-emptydir-data',
    '# on w-1:',
    'uname -r',
    'reboot',
    '# back here:',
    'kubectl wait node/w-1 --for=condition=Ready --timeout=15m',
  ]);
  expect(manual[0]).toMatch(/^# .*emptyDir/);
});

it('loads modules now and at each boot', () => {
  const { manual } = loadModules(['w-1'], ['xt_set', 'ip_set']);
  expect(manual).toContain('modprobe ip_set');
  expect(manual).toContain("printf '%s\\n' xt_set ip_set > /etc/modules-load.d/calico.conf");
});
