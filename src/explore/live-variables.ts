import type { Action } from '../flows/action.ts';
import { objectIn } from '../flows/written.ts';
import type { ActionJson } from '../ports/action-json.ts';

/** Families of variables that an action sets whatever becomes of it. */
const always: Readonly<Record<string, readonly string[]>> = {
  digits_receive: ['voipbin.call.digits', 'voipbin.digits_receive.', 'voipbin.call.speech'],
  menu: ['voipbin.menu.', 'voipbin.call.speech'],
  gather: ['voipbin.gather.', 'voipbin.call.speech'],
  connect: ['voipbin.connect.'],
  agent_call: ['voipbin.connect.'],
  queue_join: ['voipbin.queuecall.', 'voipbin.queue.'],
  record: ['voipbin.record.'],
  voicemail: ['voipbin.voicemail.'],
  chatbot_talk: ['voipbin.chatbot.'],
  sip_refer: ['voipbin.refer.'],
};

/** What `webhook_send` says of every reply, also of none. */
const ofReplies = /^(voipbin\.webhook\.|flow\.key\.(response_|error_reason$))/;

/** Whether what a variable was before an action is forgotten on a way out of it. */
export function isForgotten(
  name: string,
  { type, option = {} }: ActionJson,
  known: Action,
  way: string,
): boolean {
  if (always[type]?.some((prefix) => name.startsWith(prefix))) return true;
  const isSync = type === 'webhook_send' && objectIn(option).sync === true;
  if (isSync && ofReplies.test(name)) return true;
  if (way === 'on_error_id' || way === 'failure_id') return false;
  // Where it says nothing of its failures, they go the same way.
  if (isSync && way === 'next' && objectIn(option).failure_id === undefined) return false;
  const sets = known.sets(option);
  return sets !== 'anything' && sets.includes(name);
}
