/**
 * What a host may say to the channel that carries its audio (`chan_websocket`). Not `ANSWER`: that has been done; nor what
 * would change the channel under us. `HANGUP` ends the external media, and is ours to carry out.
 */
const commands = new Set([
  'START_MEDIA_BUFFERING',
  'STOP_MEDIA_BUFFERING',
  'MARK_MEDIA',
  'FLUSH_MEDIA',
  'PAUSE_MEDIA',
  'CONTINUE_MEDIA',
  'REPORT_QUEUE_DRAINED',
  'GET_STATUS',
  'HANGUP',
]);

/** A mark has a name, and no command needs more. */
const longest = 256;

/** The command in a text of a host; `undefined` where it is none, and Asterisk is not to be told. */
export function commandIn(text: string): string | undefined {
  const line = /^([A-Z_]+)(?: [^\p{Cc}]*)?$/u.exec(text.trimEnd());
  const name = text.length <= longest ? (line?.[1] ?? jsonCommand(text)) : undefined;
  return name !== undefined && commands.has(name) ? name : undefined;
}

/** As an Asterisk takes it that was set to speak JSON. */
function jsonCommand(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('command' in value)) return undefined;
    return typeof value.command === 'string' ? value.command : undefined;
  } catch {
    return undefined;
  }
}
