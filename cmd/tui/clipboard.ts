type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What has to be written to a terminal so that it puts a text into its user's clipboard, over SSH too (OSC 52); terminals that
 * do not know it show nothing. tmux and screen keep such sequences to themselves unless they are wrapped for the terminal
 * outside; as tmux takes either form by its settings (`set-clipboard on`, `allow-passthrough on`), it gets both.
 */
export function toClipboard(text: string, env: Environment): string {
  const sequence = `\u001B]52;c;${Buffer.from(text).toString('base64')}\u0007`;
  if (env['TMUX']) {
    return `${sequence}\u001BPtmux;${sequence.replaceAll('\u001B', '\u001B\u001B')}\u001B\\`;
  }
  return env['STY'] ? `\u001BP${sequence}\u001B\\` : sequence;
}
