/** An expected failure: no kubeconfig, 403, a bad dump, a bad flag. Anything else that is thrown is a bug. */
export class UserError extends Error {
  readonly hint: string;

  constructor(message: string, options: { readonly hint?: string; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'UserError';
    this.hint = options.hint ?? '';
  }
}
