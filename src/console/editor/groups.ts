/** The catalogue's groups. What is in none of them is among the advanced. */
export const groups: Readonly<Record<string, readonly string[]>> = {
  'Speak and play': ['answer', 'talk', 'play', 'beep', 'echo', 'stream_echo', 'moh', 'moh_stop', 'sleep'],
  'Ask and listen': ['menu', 'gather', 'digits_receive', 'digits_send', 'chatbot_talk', 'amd'],
  Connect: ['connect', 'call', 'hold', 'unhold', 'mute', 'unmute', 'hangup', 'hangup_relay'],
  People: [
    ...['queue_join', 'queue_callback', 'agent_call', 'agent_status', 'conference_join', 'confbridge_join'],
    ...['message_send', 'conversation_send'],
  ],
  Record: [
    ...['voicemail', 'mailbox', 'record', 'recording_start', 'recording_stop'],
    ...['transcribe_start', 'transcribe_stop', 'transcribe_recording'],
  ],
  Decide: [
    ...['branch', 'goto', 'condition_variable', 'condition_call_digits', 'condition_call_status'],
    ...['condition_datetime', 'condition_schedule', 'variable_set', 'stop'],
  ],
  Advanced: [
    ...['webhook_send', 'fetch', 'fetch_flow', 'external_media_start', 'external_media_stop'],
    ...['sip_message', 'sip_refer', 'dialplan_continue'],
  ],
};

export function groupOf(type: string): string {
  return Object.keys(groups).find((group) => groups[group]?.includes(type)) ?? 'Advanced';
}
