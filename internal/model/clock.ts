/** Time as an argument, so that tests need not wait. */
export interface Clock {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Runs something once after so many milliseconds; the function returned cancels it. */
  readonly after: (ms: number, run: () => void) => () => void;
}
