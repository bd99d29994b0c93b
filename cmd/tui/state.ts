import type { ApplyOutcome, ApplyResult } from '../../internal/model/apply.ts';
import type { Diagnosis } from '../../internal/model/diagnosis.ts';
import type { Plan } from '../../internal/model/plan.ts';
import type { Source } from '../../internal/model/snapshot.ts';
import type { Trial } from '../../internal/report/plan-verdict.ts';
import type { ApplyProgress } from './apply-progress.ts';
import type { MethodColumn, PlanRequest } from './core.ts';

/** The findings, causes first; `row` counts those that the filter leaves. */
export interface VerdictScreen {
  readonly name: 'verdict';
  readonly row: number;
  readonly filter: string;
  /** True: the checks that passed are listed too. */
  readonly areChecksOpen: boolean;
}

/** One finding, scrolled by so many lines. */
export interface FindingScreen {
  readonly name: 'finding';
  readonly finding: number;
  readonly scroll: number;
}

/** The remedies of a finding, with what each would do. */
export interface RemediesScreen {
  readonly name: 'remedies';
  readonly finding: number;
  readonly row: number;
}

/** Nodes × methods: the address that each would give. */
export interface MethodsScreen {
  readonly name: 'methods';
  readonly finding: number;
  /** Null until it is reckoned. */
  readonly columns: readonly MethodColumn[] | null;
  /** Why there is no table; empty if there is one, or will be. */
  readonly problem: string;
  readonly column: number;
  readonly row: number;
  readonly filter: string;
  /** What is typed as a method of one's own, simulated as the last column; null while none is. */
  readonly own: { readonly text: string; readonly column: MethodColumn | null } | null;
}

/** What a preview hands on to the screens after it. */
export interface Task {
  readonly title: string;
  /** The record that is taken back; null for a fix. */
  readonly undoes: string | null;
  /** What is left for a person once it is done, as commands and remarks. */
  readonly afterwards: readonly string[];
}

/** What a plan would do, before anything is sent. */
export interface PreviewScreen {
  readonly name: 'preview';
  readonly task: Task;
  readonly request: PlanRequest;
  /** The word that says that the price of the remedy is known; null where it has none. */
  readonly consent: string | null;
  /** Null while it is made. */
  readonly plan: Plan | null;
  /** Why there is none, or why it cannot be sent. */
  readonly problems: readonly string[];
  readonly hints: readonly string[];
  /** The API server's answer to the dry run; `none`: not asked (a dump, or nothing to send). */
  readonly dryRun: 'none' | 'running' | 'accepted' | 'refused';
  readonly trial: Trial;
  /** `diff`: nothing is folded. */
  readonly part: 'summary' | 'diff' | 'commands';
  readonly scroll: number;
}

/** The last question. All the words have to be typed, one after the other. */
export interface ConfirmScreen {
  readonly name: 'confirm';
  readonly task: Task;
  readonly plan: Plan;
  readonly words: readonly string[];
  /** How many of them are typed already. */
  readonly typed: number;
  readonly text: string;
}

export interface ApplyingScreen {
  readonly name: 'applying';
  readonly task: Task;
  readonly progress: ApplyProgress;
  /** True after Ctrl-C: it ends as soon as it can. */
  readonly isStopping: boolean;
}

export interface OutcomeScreen {
  readonly name: 'outcome';
  readonly task: Task;
  readonly outcome: ApplyOutcome;
  readonly scroll: number;
}

/** Commands for a person, one at a time. */
export interface RunbookScreen {
  readonly name: 'runbook';
  readonly title: string;
  /** What they are for; null after a fix, whose finding may be gone. */
  readonly finding: number | null;
  readonly steps: readonly RunbookStep[];
  readonly row: number;
  readonly scroll: number;
}

export interface RunbookStep {
  /** What is said before the command: where it is run, what to expect. */
  readonly remarks: readonly string[];
  /** Empty for a closing remark. */
  readonly command: string;
}

export type Screen =
  | VerdictScreen
  | FindingScreen
  | RemediesScreen
  | MethodsScreen
  | PreviewScreen
  | ConfirmScreen
  | ApplyingScreen
  | OutcomeScreen
  | RunbookScreen;

/** A change that this session had sent, or tried to. */
export interface Sent {
  readonly recordId: string;
  /** The record that it takes back; null for a fix. */
  readonly undoes: string | null;
  /** Null while it is under way. */
  readonly result: ApplyResult | null;
}

/** Reading the cluster or the dump: under way, or failed. */
export interface Gathering {
  readonly state: 'running' | 'failed';
  /** What is read at the moment, and how far. */
  readonly phase: string;
  readonly done: number;
  readonly total: number;
  readonly startedMs: number;
  readonly problem: string;
  readonly hint: string;
}

export interface State {
  readonly columns: number;
  readonly rows: number;
  readonly nowMs: number;
  /** What is read: the context or the dump's path; null until it is known. */
  readonly source: Source | null;
  readonly isDump: boolean;
  readonly gathering: Gathering | null;
  readonly diagnosis: Diagnosis | null;
  /** The last one is shown; esc takes it away. Never empty once there is a diagnosis. */
  readonly screens: readonly Screen[];
  readonly isHelpOpen: boolean;
  /** The filter is being typed. */
  readonly isFiltering: boolean;
  /** A short answer to the last key ("copied"); empty if there is none. */
  readonly notice: string;
  /** The newest record that `undo` could take back; null if there is none. */
  readonly recordId: string | null;
  /** Why it is not known whether there is such a record; empty if it is. */
  readonly undoProblem: string;
  /** The changes of this session, the oldest first. */
  readonly sent: readonly Sent[];
  /** How far the text on the screen can be scrolled, as it was last drawn. */
  readonly mostScroll: number;
  /** When what is shown was read. */
  readonly readMs: number;
  /** Set when it is over. */
  readonly exitCode: 0 | 1 | 2 | 130 | null;
}

/** A reading that has just begun. */
export const beginReading = (nowMs: number): Gathering => ({
  state: 'running',
  phase: '',
  done: 0,
  total: 0,
  startedMs: nowMs,
  problem: '',
  hint: '',
});

/** The wizard as it opens: reading. */
export const initialState = (
  size: { readonly columns: number; readonly rows: number },
  options: { readonly isDump: boolean; readonly nowMs: number },
): State => ({
  ...size,
  nowMs: options.nowMs,
  source: null,
  isDump: options.isDump,
  gathering: beginReading(options.nowMs),
  diagnosis: null,
  screens: [],
  isHelpOpen: false,
  isFiltering: false,
  notice: '',
  recordId: null,
  undoProblem: '',
  sent: [],
  mostScroll: Number.MAX_SAFE_INTEGER,
  readMs: options.nowMs,
  exitCode: null,
});
