import manifest from '../package.json' with { type: 'json' };
import { UserError } from '../internal/model/error.ts';
import { words } from './words.ts';

/** The tool's version, as package.json has it. */
export const toolVersion: string = manifest.version;

/** The line that `--version` prints. */
export const versionLine = `kubectl calico-fix v${toolVersion}`;

/** What `version` prints in the form asked for. */
export function versionText(output = 'text'): string {
  switch (output) {
    case 'text':
      return `${versionLine}\n`;
    case 'json':
      return `${JSON.stringify({ kind: 'Version', apiVersion: 'calico-fix/v1', version: toolVersion }, null, 2)}\n`;
    default:
      throw new UserError(words.en.notAFormat(output, 'version'), {
        hint: words.en.formats('text, json'),
      });
  }
}
