import type { ApiOptions } from './api.ts';
import type { Clock } from '../model/clock.ts';
import { sleep, systemClock } from './clock.ts';
import type { Connection, LoginOptions } from './connection.ts';
import { asOpenIf, ended, judge, judgeError, type Judged, type Try } from './judge.ts';
import { type Failure, failure, type Outcome } from './read-error.ts';
import { delayAfter, mayTryAgain } from './retry.ts';
import { type Answer, exchange, type Send } from './transport.ts';

export interface Request extends Judged {
  readonly send: Omit<Send, 'signal' | 'onConnected'>;
  /** For one try; 0 is no limit. */
  readonly timeoutMs: number;
}

/** Requests under way at the same time, unless told. */
export const defaultMaxInFlight = 10;

const defaultDeadlineMs = 300_000;

// What a write that is under way is given to end when everything else is interrupted: its answer is worth the time.
const graceMs = 5_000;

const outOfTime = (what: string, ms: number): Failure =>
  failure('timeout', `${what} took longer than ${Math.round(ms / 100) / 10} s`);

const interrupted = failure('timeout', 'it was interrupted before its answer came');

/** The tries of all requests over one connection: back-off between them, and a deadline for all together. */
export class Attempts {
  readonly #connection: Connection;
  readonly #options: ApiOptions;
  readonly #clock: Clock;
  readonly #deadlineMs: number;
  readonly #mostSilences: number;
  /** Requests in a row that ended without any answer, and how the last one did. */
  #silences = 0;
  #silence: Failure | null = null;
  #startedAt: number | null = null;
  #newestDate: number | null = null;

  constructor(connection: Connection, options: ApiOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#deadlineMs = options.deadlineMs ?? defaultDeadlineMs;
    this.#mostSilences = options.maxInFlight ?? defaultMaxInFlight;
  }

  /** The server's clock in its newest answer, RFC 3339; null before the first. */
  get serverTime(): string | null {
    if (this.#newestDate === null) return null;
    return new Date(this.#newestDate).toISOString().replace('.000Z', 'Z');
  }

  /**
   * Sends a request until it gives an answer that another try would not better. Once as many requests as may be under way
   * have ended one after the other without any answer, the server is taken for gone, and no more is sent. When interrupted
   * it throws the signal's reason; only a write that the server may have got is given a few seconds more, and then open.
   */
  async run(request: Request): Promise<Outcome<Answer>> {
    if (this.#silence && this.#silences >= this.#mostSilences) return this.#silence;
    const outcome = await this.#try(request);
    const isSilent = outcome.state === 'failed' && outcome.status === null;
    if (!isSilent) this.#silences = 0;
    // Of a log it may be the node that does not answer.
    else if (request.patience === 'normal') {
      this.#silences += 1;
      this.#silence = outcome;
    }
    return outcome;
  }

  async #try(request: Request): Promise<Outcome<Answer>> {
    const { signal, random = Math.random } = this.#options;
    let hasRenewed = false;
    for (let attempt = 1; ; attempt += 1) {
      signal?.throwIfAborted();
      if (this.#timeLeft() <= 0) return outOfTime('reading the cluster', this.#deadlineMs);
      // Logging in may take as long as a person needs for it: that is not the cluster's time.
      const login = await this.#connection.login();
      signal?.throwIfAborted();
      this.#startedAt ??= this.#clock.now();
      const { outcome, isPassing, askedDelayMs } = await this.#sendOnce(request, login);
      const isRejected = outcome.state === 'failed' && outcome.status === 401;
      if (isRejected && !hasRenewed && this.#connection.renew(login)) {
        hasRenewed = true;
        continue;
      }
      if (!isPassing || !mayTryAgain(attempt, request.patience)) return outcome;
      const delayMs = delayAfter(attempt, askedDelayMs, random());
      if (delayMs >= this.#timeLeft()) return outcome;
      await sleep(this.#clock, delayMs, signal);
    }
  }

  #timeLeft(): number {
    return (this.#startedAt ?? this.#clock.now()) + this.#deadlineMs - this.#clock.now();
  }

  async #sendOnce(request: Request, login: LoginOptions): Promise<Try> {
    const { signal, log } = this.#options;
    const limitMs = Math.min(request.timeoutMs || Infinity, this.#timeLeft());
    const since = this.#clock.now();
    const grace = request.isWrite ? graceMs : 0;
    const limit = timeLimit(this.#clock, limitMs, signal, grace);
    const { method, url } = request.send;
    const tell = (end: string): void =>
      log?.(`${method} ${url.href} ${end} in ${this.#clock.now() - since} ms`);
    let wasConnected = false;
    const onConnected = (): void => {
      wasConnected = true;
    };
    try {
      const send = { ...request.send, signal: limit.signal, onConnected };
      const answer = await exchange(send, login);
      this.#note(answer);
      tell(String(answer.status));
      return judge(answer, request, this.#clock.now());
    } catch (error) {
      const isOpen = request.isWrite === true && wasConnected;
      if (!isOpen) signal?.throwIfAborted();
      const result = limit.isOver()
        ? ended(asOpenIf(isOpen, signal?.aborted ? interrupted : outOfTime('the request', limitMs)))
        : judgeError(error, request, wasConnected);
      if (result.outcome.state === 'failed') tell(result.outcome.error.message);
      return result;
    } finally {
      limit.cancel();
    }
  }

  #note({ headers }: Answer): void {
    const date = Date.parse(headers.date ?? '');
    if (!Number.isNaN(date)) this.#newestDate = Math.max(date, this.#newestDate ?? date);
  }
}

interface TimeLimit {
  readonly signal: AbortSignal;
  readonly isOver: () => boolean;
  readonly cancel: () => void;
}

// `extraMs`: how much longer it goes on when the outer signal is aborted.
function timeLimit(
  clock: Clock,
  ms: number,
  outer: AbortSignal | undefined,
  extraMs: number,
): TimeLimit {
  const controller = new AbortController();
  let isOver = false;
  const end = (): void => {
    isOver = true;
    controller.abort();
  };
  const cancels = [clock.after(ms, end)];
  const cancel = (): void => {
    outer?.removeEventListener('abort', interrupt);
    for (const cancelOne of cancels) cancelOne();
  };
  const interrupt = (): void => {
    if (extraMs === 0) controller.abort(outer?.reason);
    else cancels.push(clock.after(extraMs, end));
  };
  outer?.addEventListener('abort', interrupt, { once: true });
  return { signal: controller.signal, isOver: () => isOver, cancel };
}
