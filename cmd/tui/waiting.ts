import type { State } from './state.ts';

/** True while an answer is waited for that changes what is shown. */
export function isWaiting({ gathering, screens }: State): boolean {
  if (gathering !== null) return gathering.state === 'running';
  const screen = screens.at(-1);
  switch (screen?.name) {
    case 'preview':
      return (screen.plan === null && screen.problems.length === 0) || screen.dryRun === 'running';
    case 'methods':
      return (
        screen.columns === null ||
        (screen.own !== null &&
          screen.own.text !== '' &&
          screen.own.column === null &&
          screen.problem === '')
      );
    case 'applying':
      return true;
    default:
      return false;
  }
}
