import type { AriEvent, StasisStart } from '../ari/events.gen.ts';

/**
 * Whether somebody has come to us. That says what it must, or it is nobody: what is there all the same is nobody's, and the audit
 * ends it.
 */
export function isArrival(event: AriEvent): event is StasisStart {
  if (event.type !== 'StasisStart' || !Array.isArray(event.args)) return false;
  const { id, name, caller, dialplan } = event.channel;
  const words = [id, name, caller?.number, caller?.name, dialplan?.context, dialplan?.exten, ...event.args];
  return words.every((word) => typeof word === 'string');
}
