import type { ApiOptions } from './api.ts';
import type { Clock } from '../model/clock.ts';
import { sleep, systemClock } from './clock.ts';
import type { Connection, LoginOptions } from './connection.ts';
import {
  codeOf,
  type Failure,
  failure,
  failureOfConnection,
  failureOfStatus,
  type Outcome,
} from './read-error.ts';
import {
  delayAfter,
  isPassingCode,
  isPassingStatus,
  mayTryAgain,
  type Patience,
  retryAfterMs,
} from './retry.ts';
import type { Right } from './target.ts';
import { type Answer, BodyTooLong, exchange, type Send } from './transport.ts';

export interface Request {
  readonly send: Omit<Send, 'signal'>;
  /** What a 403 is about, if the server does not say it itself. */
  readonly needed: Right | null;
  readonly patience: Patience;
  /** For one try; 0 is no limit. */
  readonly timeoutMs: number;
}

interface Try {
  readonly outcome: Outcome<Answer>;
  /** True if the same request may get another answer later. */
  readonly isPassing: boolean;
  readonly askedDelayMs: number | null;
}

/** Requests under way at the same time, unless told. */
export const defaultMaxInFlight = 10;

const defaultDeadlineMs = 300_000;

const outOfTime = (what: string, ms: number): Failure =>
  failure('timeout', `${what} took longer than ${Math.round(ms / 100) / 10} s`);

const ended = (outcome: Outcome<Answer>): Try => ({
  outcome,
  isPassing: false,
  askedDelayMs: null,
});

function judge(answer: Answer, { needed, patience }: Request, nowMs: number): Try {
  const { status, headers, text } = answer;
  if (status >= 200 && status < 300) return ended({ state: 'read', value: answer });
  return {
    outcome: failureOfStatus(status, text, needed),
    isPassing: isPassingStatus(status, patience),
    askedDelayMs: retryAfterMs(headers['retry-after'], nowMs),
  };
}

function judgeError(error: unknown): Try {
  if (error instanceof BodyTooLong) return ended(failure('damaged', error.message));
  const outcome = failureOfConnection(error);
  return { outcome, isPassing: isPassingCode(codeOf(error)), askedDelayMs: null };
}

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
   * have ended one after the other without any answer, the server is taken for gone, and no more is sent.
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
    const limit = timeLimit(this.#clock, limitMs, signal);
    const { method, url } = request.send;
    const tell = (end: string): void =>
      log?.(`${method} ${url.href} ${end} in ${this.#clock.now() - since} ms`);
    try {
      const answer = await exchange({ ...request.send, signal: limit.signal }, login);
      this.#note(answer);
      tell(String(answer.status));
      return judge(answer, request, this.#clock.now());
    } catch (error) {
      signal?.throwIfAborted();
      const result = limit.isOver() ? ended(outOfTime('the request', limitMs)) : judgeError(error);
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

function timeLimit(clock: Clock, ms: number, outer: AbortSignal | undefined): TimeLimit {
  const controller = new AbortController();
  let isOver = false;
  const cancel = clock.after(ms, () => {
    isOver = true;
    controller.abort();
  });
  const signal = outer ? AbortSignal.any([outer, controller.signal]) : controller.signal;
  return { signal, isOver: () => isOver, cancel };
}
