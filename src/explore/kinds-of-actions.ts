import { isNowhere } from '../flows/go-to.ts';
import { objectIn, type WrittenOption } from '../flows/written.ts';
import type { ActionJson } from '../ports/action-json.ts';

/** While one of these goes on the caller hears a phone that rings, music, somebody, or is to speak himself. */
const heard = new Set([
  ...['connect', 'agent_call', 'queue_join', 'confbridge_join', 'conference_join', 'sip_refer'],
  ...['echo', 'stream_echo', 'record', 'voicemail', 'mailbox', 'chatbot_talk', 'dialplan_continue'],
]);

/** These ask the caller: while they wait it is his turn. */
const asking = new Set(['digits_receive', 'menu', 'gather']);

/** In these he waits for people: whoever goes round in them is not left alone with a machine. */
const amongPeople = new Set(['queue_join', 'confbridge_join', 'conference_join']);

export function isHeard(type: string, option: unknown): boolean {
  return heard.has(type) || (type === 'webhook_send' && objectIn(option).hold_music === true);
}

export function asks(type: string): boolean {
  return asking.has(type);
}

export function isAmongPeople(type: string): boolean {
  return amongPeople.has(type);
}

/** Whether somebody else's server decides whether it fails. */
export function asksServer(type: string, option: WrittenOption): boolean {
  return type === 'fetch' || type === 'chatbot_talk' || (type === 'webhook_send' && option.sync === true);
}

/** Variables that tell whether it has done what it was to do. */
const told: Readonly<Record<string, RegExp>> = {
  connect: /^voipbin\.connect\./,
  agent_call: /^voipbin\.connect\./,
  queue_join: /^voipbin\.queuecall\./,
  sip_refer: /^voipbin\.refer\./,
  chatbot_talk: /^voipbin\.chatbot\./,
  webhook_send: /^(voipbin\.webhook\.|flow\.key\.(response_|error_reason))/,
};

const error = /^voipbin\.action\.error\./;

/** Whether a variable tells of a failure of such an action. */
export function tellsOf(type: string, name: string): boolean {
  return error.test(name) || (told[type]?.test(name) ?? false);
}

/** Whether it has come to nothing though it has not failed: nobody has answered, nobody has taken the call. */
export function cameToNothing(type: string, get: (name: string) => string): boolean {
  switch (type) {
    case 'connect':
    case 'agent_call':
      return get('voipbin.connect.status') !== 'answered';
    case 'queue_join':
      return !['agent', 'service_timeout', 'callback', 'hangup'].includes(get('voipbin.queuecall.reason'));
    case 'sip_refer':
      return get('voipbin.refer.result') !== 'transferred';
    default:
      return false;
  }
}

/** Whether whoever is hung up by it is told why. */
export function tellsWhy(type: string, option: unknown): boolean {
  const { reason, code, relay_reason } = objectIn(option);
  return (
    (type === 'hangup' && (reason !== undefined || code !== undefined)) ||
    relay_reason === true ||
    type === 'hangup_relay'
  );
}

/** Whether it says itself where it goes when it fails. */
export function hasOwnWay({ on_error_id, option }: ActionJson): boolean {
  const { failure_id } = objectIn(option);
  return !isNowhere(on_error_id) || (typeof failure_id === 'string' && !isNowhere(failure_id));
}

/** Whether it does something else once it has been done often enough. */
export function isCounted({ type, option }: ActionJson): boolean {
  return type === 'goto' && objectIn(option).loop_count !== undefined;
}
