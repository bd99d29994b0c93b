import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../internal/model/error.ts';
import type { Diagnosis } from '../../internal/model/diagnosis.ts';
import { render } from '../../internal/report/render.ts';
import { plainStyle, unicodeGlyphs } from '../../internal/report/style.ts';
import { countedOf } from '../diagnose.ts';
import { words } from './words.ts';

const mostFiles = 100;

/**
 * Writes a diagnosis as Markdown into a new file of the folder and returns its path. No file that is there is written over.
 * Throws a UserError where the folder cannot be written to.
 */
export async function saveReport(diagnosis: Diagnosis, folder: string): Promise<string> {
  const options = { width: 100, style: plainStyle, glyphs: unicodeGlyphs };
  const text = render(diagnosis, 'markdown', { ...options, counted: countedOf('error') });
  for (let number = 1; number <= mostFiles; number += 1) {
    const file = path.join(folder, `calico-fix-report${number === 1 ? '' : `-${number}`}.md`);
    try {
      await writeFile(file, text, { flag: 'wx', mode: 0o600 });
      return file;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') continue;
      const reason = error instanceof Error ? error.message : String(error);
      throw new UserError(words.notSaved(reason), { cause: error });
    }
  }
  throw new UserError(words.notSaved(words.tooManyReports));
}
