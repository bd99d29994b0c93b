/** Why a patch cannot be applied to an object. */
export type PatchProblem =
  /** A `test` of a JSON patch found another value: the object is not what the patch was made for. */
  | 'test-failed'
  /** A JSON patch names a place that is not there. */
  | 'missing'
  /** The patch is no patch of its type, or does not fit the object. */
  | 'invalid';

/** A patch that the API server would refuse too (422 for JSON patches, 400 else). */
export class PatchError extends Error {
  readonly problem: PatchProblem;
  /** Where in the patch or the object: a JSON pointer or the name of a field. */
  readonly path: string;

  constructor(problem: PatchProblem, path: string, message: string) {
    super(message);
    this.name = 'PatchError';
    this.problem = problem;
    this.path = path;
  }
}
