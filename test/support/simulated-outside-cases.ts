import type { SimulatedCase, Surroundings } from './simulated-cases.ts';

const answer = { id: 'answer', type: 'answer' };
const pause = (duration: number, id = 'pause'): object => ({ id, type: 'sleep', option: { duration } });
const say = (text: string): object => ({ id: text, type: 'talk', option: { text } });
const end = { id: 'to-end', type: 'goto', option: { target_id: 'end', loop_count: 1 } };
const hearing = { language: 'en-US', provider: 'local', hints: ['sales'] };
const phone = (target: string): object => ({ type: 'extension', target });

/** Those that need more than a caller and a server: who listens, who is written to, another dialplan. */
export function outsideCases(there: Surroundings): Readonly<Record<string, SimulatedCase>> {
  return {
    machine: {
      actions: [answer, { id: 'amd', type: 'amd', option: { initial_silence: 800 } }, say('after')],
      answeredBy: 'machine',
    },
    'stream-echo': {
      actions: [answer, { id: 'echo', type: 'stream_echo', option: { duration: 500 } }, say('after')],
    },
    'to-the-dialplan': {
      hasNoOrder: true,
      actions: [
        answer,
        { id: 'leave', type: 'dialplan_continue', option: { context: 'no-such-context' } },
        say('never'),
      ],
    },
    'media-of-a-host': {
      actions: [
        answer,
        { id: 'media', type: 'external_media_start', option: { external_host: there.mediaHost } },
        pause(500),
        { id: 'media-no-more', type: 'external_media_stop' },
        pause(300, 'rest'),
      ],
    },
    'written-down': {
      actions: [
        answer,
        { id: 'write', type: 'transcribe_start', option: hearing },
        pause(800),
        { id: 'write-no-more', type: 'transcribe_stop' },
        pause(300, 'rest'),
      ],
    },
    'recording-written-down': {
      actions: [
        answer,
        { id: 'record', type: 'record', option: { duration: 2, end_of_silence: 0, min_duration: 0 } },
        { id: 'write', type: 'transcribe_recording', option: hearing },
        say('after'),
      ],
    },
    chatbot: {
      actions: [
        answer,
        {
          id: 'bot',
          type: 'chatbot_talk',
          option: { chatbot_id: there.chatbot, duration: 30, stt_provider: 'local', language: 'en-US' },
        },
        say('after'),
      ],
      hangsUpAt: 'bot',
    },
    message: {
      actions: [
        answer,
        {
          id: 'message',
          type: 'message_send',
          option: { source: phone('2000'), destinations: [phone('1001')], text: 'Hello.' },
        },
        say('after'),
      ],
    },
    conversation: {
      actions: [
        answer,
        {
          id: 'message',
          type: 'conversation_send',
          option: { conversation_id: there.conversation, text: 'Hello again.' },
        },
        say('after'),
      ],
    },
    relayed: {
      actions: [
        { id: 'connect', type: 'connect', option: { destinations: [phone('1001')] } },
        { id: 'relay', type: 'hangup_relay', option: { reference_id: '${voipbin.connect.call_id}' } },
      ],
      desk: 'busy',
    },
    'queue-calls-back': {
      actions: [
        answer,
        { id: 'queue', type: 'queue_join', option: { queue_id: there.callingBack } },
        say('after'),
      ],
    },
    referred: {
      actions: [
        answer,
        { id: 'refer', type: 'sip_refer', option: { destination: phone('1002') } },
        say('stays'),
        end,
      ],
      isReferredTo: 'busy',
    },
  };
}
