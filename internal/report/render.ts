import type { Diagnosis } from '../model/diagnosis.ts';
import type { Severity } from '../model/finding.ts';
import { renderJson } from './json.ts';
import { renderJunit } from './junit.ts';
import { renderMarkdown } from './markdown.ts';
import { renderSarif } from './sarif.ts';
import type { TextOptions } from './style.ts';
import { renderText } from './text.ts';
import { renderWide } from './wide.ts';
import { renderYaml } from './yaml.ts';

/** The formats of a diagnosis, as `-o` names them. */
export const formats = ['text', 'wide', 'json', 'yaml', 'junit', 'sarif', 'markdown'] as const;

export type Format = (typeof formats)[number];

/** True if `-o` of a diagnosis takes this word. */
export const isFormat = (word: string): word is Format => formats.some((format) => format === word);

export interface RenderOptions extends TextOptions {
  /** Severities that decide the exit code; JUnit counts these alone as failures. */
  readonly counted: ReadonlySet<Severity>;
}

/** A diagnosis in the format given, ready to be written; ends with a line end. */
export function render(diagnosis: Diagnosis, format: Format, options: RenderOptions): string {
  switch (format) {
    case 'text':
      return renderText(diagnosis, options);
    case 'wide':
      return renderWide(diagnosis, options);
    case 'json':
      return renderJson(diagnosis);
    case 'yaml':
      return renderYaml(diagnosis);
    case 'junit':
      return renderJunit(diagnosis, options.counted);
    case 'sarif':
      return renderSarif(diagnosis);
    case 'markdown':
      return renderMarkdown(diagnosis);
  }
}
