import { describe, expect, test } from 'vitest';
import { eventsOf, runPlain } from '../../../cmd/tui/plain.ts';
import { UserError } from '../../../internal/model/error.ts';
import { plainText } from '../../support/diagnosis.ts';
import { fakeCore, outcomeOf, played, shown, twoFaults } from '../../support/wizard.ts';

/** Answers the wizard's questions in turn, then ends the input. */
async function talk(answers: readonly string[], core = fakeCore(), isDump = false) {
  const rest = [...answers];
  let printed = '';
  const code = await runPlain(
    core,
    {
      write: (text) => {
        printed += text;
      },
      ask: (question) => {
        printed += question;
        return Promise.resolve(rest.shift() ?? null);
      },
      text: plainText(),
      now: () => 0,
      signal: new AbortController().signal,
      onEvent: () => undefined,
    },
    { isDump },
  );
  return { code, printed, unasked: rest };
}

describe('the wizard line by line', () => {
  test('leads from the verdict to a verified fix', async () => {
    const { code, printed, unasked } = await talk(['1', '', '1', '1', '', 'yes', 'q']);
    expect(unasked).toEqual([]);
    expect(code).toBe(0);
    expect(printed).toContain('rack2-n07 has 10.51.0.17 now.');
    expect(printed).toContain('  1  ');
  });

  test('sends nothing where the answer is no', async () => {
    let applied = 0;
    const core = fakeCore({
      apply: () => {
        applied += 1;
        return Promise.resolve(outcomeOf());
      },
    });
    const { code } = await talk(['1', '', '1', '1', '', 'no', '', '<', 'q'], core);
    expect(applied).toBe(0);
    expect(code).toBe(1);
  });

  test('on a dump goes no further than the preview', async () => {
    const { printed } = await talk(['1', '', '1', '1', '', 'q'], fakeCore(), true);
    expect(printed).toContain('Nothing can be applied'.slice(1));
  });

  test('ends where the input ends', async () => {
    expect((await talk([])).code).toBe(130);
  });

  test('says why nothing could be read, and tries again', async () => {
    let tries = 0;
    const core = fakeCore({
      gather: () => {
        tries += 1;
        return tries === 1
          ? Promise.reject(new UserError('no way in', { hint: 'look at the context' }))
          : Promise.resolve(twoFaults());
      },
    });
    const { printed, code } = await talk(['r', 'q'], core);
    expect(printed).toContain('no way in');
    expect(printed).toContain('look at the context');
    expect(tries).toBe(2);
    expect(code).toBe(1);
  });
});

describe('an answer', () => {
  const verdict = shown();
  test.each([
    { answer: '2', keys: ['first', 'down', 'enter'] },
    { answer: '3', keys: [] },
    { answer: '', keys: ['enter'] },
    { answer: ' q ', keys: ['quit'] },
    { answer: '<', keys: ['back'] },
    { answer: 'nonsense', keys: [] },
  ])('"$answer" means $keys', ({ answer, keys }) => {
    const events = eventsOf(verdict, answer);
    expect(events.flatMap((event) => (event.type === 'key' ? [event.key] : []))).toEqual(keys);
  });

  test('is text where text is asked for', () => {
    const { state } = played(verdict, 'filter');
    expect(eventsOf(state, '2')).toEqual([
      { type: 'text', text: '2' },
      { type: 'key', key: 'enter' },
    ]);
  });
});
