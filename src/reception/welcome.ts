import type { ActionJson } from '../ports/action-json.ts';

/** The flow on `100` of a fresh installation: it tells what ariflow does, by doing it. As a user would write it. */
export const welcomeActions = [
  { type: 'answer' },
  {
    id: 'menu',
    type: 'talk',
    option: {
      text: 'Welcome to ariflow. Press 1 to hear what this is. Press 2 to hear who you are. Press 3 for a beep. Press 4 for an echo. Press 5 to record yourself. Press 9 to hang up.',
      language: 'en-US',
      digits_handle: 'next',
    },
  },
  { type: 'digits_receive', option: { duration: 8_000, length: 1 } },
  {
    type: 'branch',
    option: {
      target_ids: {
        '1': 'about',
        '2': 'caller',
        '3': 'beep',
        '4': 'echo',
        '5': 'record',
        '9': 'goodbye',
        '': 'silence',
      },
      default_target_id: 'other',
    },
  },
  {
    id: 'about',
    type: 'talk',
    option: {
      text: 'This is a flow: a list of actions in JSON. It has answered your call, it is speaking to you, and it has understood your key.',
      digits_handle: 'next',
    },
  },
  { type: 'goto', option: { target_id: 'menu', loop_count: 20 } },
  { type: 'goto', option: { target_id: 'goodbye', loop_count: 1 } },
  {
    id: 'caller',
    type: 'talk',
    option: {
      text: '<speak>You are calling from <say-as interpret-as="characters">${voipbin.call.source.target}</say-as></speak>',
      digits_handle: 'next',
    },
  },
  { type: 'goto', option: { target_id: 'menu', loop_count: 20 } },
  { type: 'goto', option: { target_id: 'goodbye', loop_count: 1 } },
  { id: 'beep', type: 'talk', option: { text: 'Here it comes.' } },
  { type: 'beep' },
  { type: 'goto', option: { target_id: 'menu', loop_count: 20 } },
  { type: 'goto', option: { target_id: 'goodbye', loop_count: 1 } },
  { id: 'echo', type: 'talk', option: { text: 'Say something. For ten seconds you hear yourself.' } },
  { type: 'echo', option: { duration: 10_000 } },
  { type: 'goto', option: { target_id: 'menu', loop_count: 20 } },
  { type: 'goto', option: { target_id: 'goodbye', loop_count: 1 } },
  {
    id: 'record',
    type: 'talk',
    option: { text: 'Say something. After the beep I listen for five seconds.' },
  },
  { type: 'recording_start', option: { beep_start: true } },
  { type: 'sleep', option: { duration: 5_500 } },
  { type: 'recording_stop' },
  {
    type: 'talk',
    option: { text: 'Thank you. The A P I has the file, under recordings.', digits_handle: 'next' },
  },
  { type: 'goto', option: { target_id: 'menu', loop_count: 20 } },
  { type: 'goto', option: { target_id: 'goodbye', loop_count: 1 } },
  {
    id: 'other',
    type: 'talk',
    option: { text: 'You pressed ${voipbin.call.digits}.', digits_handle: 'next' },
  },
  { type: 'goto', option: { target_id: 'menu', loop_count: 20 } },
  { type: 'goto', option: { target_id: 'goodbye', loop_count: 1 } },
  { id: 'silence', type: 'talk', option: { text: 'I did not hear a key.', digits_handle: 'next' } },
  { type: 'goto', option: { target_id: 'menu', loop_count: 2 } },
  { id: 'goodbye', type: 'talk', option: { text: 'Goodbye.' } },
  { type: 'hangup' },
] satisfies readonly (Partial<ActionJson> & { type: string })[];
