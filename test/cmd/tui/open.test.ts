import { PassThrough, Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Core } from '../../../cmd/tui/core.ts';
import { openWizard } from '../../../cmd/tui/open.ts';
import { UserError } from '../../../internal/model/error.ts';
import { plainText } from '../../support/diagnosis.ts';
import { fakeCore, planOf, twoFaults } from '../../support/wizard.ts';

const enterAlternate = '\u001B[?1049h';
const leaveAlternate = '\u001B[?1049l';

/** A terminal of 80 by 24 whose keys are pressed by the test. */
function terminal() {
  let printed = '';
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: () => stdin,
    ref: () => stdin,
    unref: () => stdin,
  });
  const stdout = Object.assign(
    new Writable({
      write: (chunk, _encoding, done) => {
        printed += String(chunk);
        done();
      },
    }),
    { isTTY: true, columns: 80, rows: 24 },
  );
  let seen = 0;
  // What was printed since the last key: only lines that became different are.
  const shows = async (pattern: RegExp): Promise<void> => {
    for (let tries = 0; tries < 500; tries += 1) {
      if (pattern.test(printed.slice(seen))) return;
      await pause(10);
    }
    throw new Error(`not shown: ${String(pattern)}\n${printed.slice(seen)}`);
  };
  const press = async (key: string, then?: RegExp): Promise<void> => {
    seen = printed.length;
    stdin.write(key);
    if (then) await shows(then);
  };
  return { stdin, stdout, shows, press, printed: () => printed };
}

async function opened(core: Core, env: Readonly<Record<string, string>> = {}) {
  const { stdin, stdout, shows, press, printed } = terminal();
  const interrupt = new AbortController();
  const screen = {
    stdin: stdin as unknown as NodeJS.ReadStream,
    stdout: stdout as unknown as NodeJS.WriteStream,
    env,
    text: plainText(),
    now: () => 0,
    signal: interrupt.signal,
  };
  const end = openWizard(core, screen, { isDump: false });
  // It may end before anybody looks at how.
  end.catch(() => undefined);
  // oxlint-disable-next-line no-control-regex -- what is waited for
  await shows(/\u001B\[\?1049h/);
  return { press, shows, printed, end, interrupt };
}

type Opened = Awaited<ReturnType<typeof opened>>;

async function toConfirm({ press }: Opened): Promise<void> {
  await press('j', /> ✗ node-overload-liveness-refused/);
  await press('\r', /what can be done/);
  await press('\r', /What can be done about/);
  await press('\r', /accepts it/);
  await press('\r', /Type yes and press enter/);
}

async function toApplying(wizard: Opened): Promise<void> {
  await wizard.shows(/> ✗ wrong-ip-autodetected/);
  await toConfirm(wizard);
  await wizard.press('yes', /yes_/);
}

const below = (printed: string): string => printed.slice(printed.lastIndexOf(leaveAlternate));

describe('the alternate screen', () => {
  test('is taken away when the wizard is left, and the verdict stays', async () => {
    const { press, shows, printed, end } = await opened(fakeCore());
    await shows(/wrong-ip-autodetected/);
    await press('q');
    expect(await end).toBe(1);
    expect(printed().indexOf(enterAlternate)).toBeLessThan(printed().lastIndexOf(leaveAlternate));
    expect(below(printed())).toContain('gave out the address of a');
    expect(below(printed())).toContain('Nothing was changed.');
  });

  test('is taken away when a component fails, and the fault is thrown', async () => {
    const broken = { ...twoFaults(), checks: undefined as unknown as [] };
    const { printed, end } = await opened(fakeCore({ gather: () => Promise.resolve(broken) }));
    await expect(end).rejects.toThrow(TypeError);
    expect(printed()).toContain(leaveAlternate);
  });

  test('is taken away when an effect fails, and the fault is thrown', async () => {
    const bug = new RangeError('out of range');
    const { printed, end } = await opened(fakeCore({ gather: () => Promise.reject(bug) }));
    await expect(end).rejects.toBe(bug);
    expect(printed()).toContain(leaveAlternate);
  });

  test('is taken away when a signal comes', async () => {
    const { shows, printed, end, interrupt } = await opened(fakeCore());
    await shows(/wrong-ip-autodetected/);
    interrupt.abort();
    expect(await end).toBe(130);
    expect(printed()).toContain(leaveAlternate);
  });
});

describe('while a change is under way', () => {
  test('a fault of the tool is told last, and what was recorded is named', async () => {
    const core = fakeCore({
      apply: (_plan, { onEvent }) => {
        onEvent({ kind: 'recorded', id: '20260301-120000-abc' });
        return Promise.reject(new TypeError('it broke'));
      },
    });
    const wizard = await opened(core);
    const { press, printed, end } = wizard;
    await toApplying(wizard);
    await press('\r', /Sent, but it is not seen to work/);
    await press('q');
    await expect(end).rejects.toThrow('it broke');
    expect(below(printed())).toContain('kubectl calico-fix undo 20260301-120000-abc');
  });

  test('the first Ctrl-C asks it to end, the second leaves at once', async () => {
    let isAborted = false;
    const core = fakeCore({
      apply: (_plan, { onEvent, signal }) => {
        onEvent({ kind: 'recorded', id: '20260301-120000-abc' });
        signal.addEventListener('abort', () => {
          isAborted = true;
        });
        return new Promise(() => undefined);
      },
    });
    const wizard = await opened(core);
    const { press, printed, end } = wizard;
    await toApplying(wizard);
    await press('\r', /stop in good order/);
    await press('\u0003', /Stopping/);
    expect(isAborted).toBe(true);
    await press('\u0003');
    expect(await end).toBe(130);
    expect(below(printed())).toContain('kubectl calico-fix history');
  });
});

describe('what is typed', () => {
  test('a paste confirms nothing and is no key', async () => {
    let applied = 0;
    const core = fakeCore({
      apply: () => {
        applied += 1;
        return new Promise(() => undefined);
      },
    });
    const wizard = await opened(core);
    const { press, shows, end } = wizard;
    await shows(/> ✗ wrong-ip-autodetected/);
    await press('\u001B[200~q\u001B[201~');
    await toConfirm(wizard);
    await press('\u001B[200~yes\r\u001B[201~', /yes_/);
    expect(applied).toBe(0);
    await press('\r', /stop in good order/);
    expect(applied).toBe(1);
    await press('\u0003', /Stopping/);
    await press('\u0003');
    expect(await end).toBe(130);
  });

  test('what a user has to expect to fail is told, and the wizard goes on', async () => {
    const core = fakeCore({
      save: () => Promise.reject(new UserError('the disk is full')),
      plan: () => Promise.resolve({ plan: planOf(), problems: [], hints: [] }),
    });
    const { press, shows, end } = await opened(core);
    await shows(/wrong-ip-autodetected/);
    await press('s', /the disk is full/);
    await press('q');
    expect(await end).toBe(1);
  });

  test.each([
    { env: {}, begins: '\u001B]52;c;' },
    { env: { TMUX: '/tmp/x' }, begins: '\u001BPtmux;\u001B\u001B]52;c;' },
    { env: { STY: '1.x' }, begins: '\u001BP\u001B]52;c;' },
  ])('a command is copied under $env', async ({ env, begins }) => {
    const { press, shows, printed, end } = await opened(fakeCore(), env as Record<string, string>);
    await shows(/wrong-ip-autodetected/);
    await press('\r', /what can be done/);
    await press('\r', /What can be done about/);
    await press('jj', /> Take the bridge away/);
    await press('\r', /Step 1 of 2/);
    await press('y', /For the clipboard/);
    const command = Buffer.from('sudo ip link delete nerdctl0').toString('base64');
    expect(printed()).toContain(begins + command);
    await press('q');
    await end;
  });
});
