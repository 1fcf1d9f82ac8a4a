/**
 * Technologies of Asterisk's own that are nobody's telephone: SIP messages on their way through the dialplan, ears, loudspeakers and
 * recorders of conferences, streams of media. Whatever else there is may be one, drivers that others have written included.
 */
const noTelephones = new Set([
  'Message',
  'Snoop',
  'UnicastRTP',
  'MulticastRTP',
  'AudioSocket',
  'WebSocket',
  'Announcer',
  'Recorder',
  'CBAnn',
  'CBRec',
  'Surrogate',
]);

/** Whether a channel may be somebody's call, by its name: `PJSIP/1001-0000002a`. */
export function isTelephone(channelName: string): boolean {
  return !noTelephones.has(technologyOf(channelName));
}

/** The part in front of the first slash. */
export function technologyOf(channelName: string): string {
  return channelName.split('/', 1)[0] ?? '';
}

/** The phone of ours that a channel is one of, by its number. */
export function phoneOfChannel(channelName: string): string | undefined {
  return /^PJSIP\/([0-9]{2,8})-[0-9a-f]+$/.exec(channelName)?.[1];
}
