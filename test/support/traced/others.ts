import {
  answer,
  beep,
  bye,
  ends,
  goes,
  is,
  keys,
  leaves,
  nobody,
  pause,
  presses,
  rest,
  type Scene,
  say,
  set,
  type There,
} from './scene.ts';

const record = (option: object = {}) => ({
  ...{ id: 'record', type: 'record' },
  option: { min_duration: 0, duration: 20, ...option },
});

/** All else: recordings, sounds, hours, orders, and where callers hang up. */
export function otherScenes(there: There): Readonly<Record<string, Scene>> {
  const hours = (schedule_id: string) => ({
    ...{ id: 'hours', type: 'condition_schedule' },
    option: { schedule_id, open_target_id: 'good', closed_target_id: 'other' },
  });
  const mailbox = { mailbox_id: there.mailbox };
  const voicemail = (option: object = {}) => ({
    ...{ id: 'leave', type: 'voicemail' },
    option: { ...mailbox, min_duration: 0, ...option },
  });
  return {
    'prompts, and a hang-up of the flow': {
      actions: [answer, say('hello', 'Hello.'), beep, pause('wait', 300), bye],
    },
    'a loop': { actions: [answer, beep, goes('again', 'beep', 2), bye] },
    'a loop that is cut off': {
      actions: [
        { id: 'a', type: 'variable_set', option: { key: 'x', value: '1' } },
        goes('again', 'a', 100_000),
      ],
    },
    'an end without a hang-up': { actions: [answer, beep, { id: 'stop', type: 'stop' }] },
    'a caller who is refused': { actions: [{ id: 'no', type: 'hangup', option: { reason: 'busy' } }] },
    'a caller who is refused with a code': {
      actions: [beep, { id: 'no', type: 'hangup', option: { code: 404 } }],
    },
    'hours: open': { actions: [answer, hours(there.open), ...ends] },
    'hours: closed': { actions: [answer, hours(there.closed), ...ends] },
    'the time of the day': {
      actions: [
        {
          id: 'past',
          type: 'condition_datetime',
          option: { condition: '>=', hour: 0, minute: 0, false_target_id: 'other' },
        },
        ...ends,
      ],
    },
    'whether he is answered': {
      actions: [
        {
          id: 'up',
          type: 'condition_call_status',
          option: { status: 'progressing', false_target_id: 'other' },
        },
        ...ends,
      ],
    },
    'who he is': {
      actions: [answer, is('voipbin.call.source.target', 'nobody'), ...ends],
    },
    'a variable that counts nothing': {
      actions: [
        set('text', 'ä'),
        is('text', '', 'other', { value_type: 'length', value_length: 1 }),
        ...ends,
      ],
    },
    'sounds of several kinds': {
      actions: [
        ...[answer, { id: 'play', type: 'play', option: { stream_urls: ['sound:beep', 'sound:hello'] } }],
        ...[{ id: 'echo', type: 'echo', option: { duration: 500 } }],
        ...[
          { id: 'digits', type: 'digits_send', option: { digits: '12', duration: 100, interval: 100 } },
          bye,
        ],
      ],
    },
    'a sound that is not there': {
      actions: [
        answer,
        { id: 'play', type: 'play', option: { stream_urls: ['sound:nobody-has-this'] } },
        beep,
        bye,
      ],
    },
    'a prompt beside the flow': {
      actions: [
        ...[answer, { id: 'beside', type: 'talk', option: { text: 'One two three.', async: true } }],
        ...[pause('wait', 800), bye],
      ],
    },
    'orders of all kinds': {
      actions: [
        ...[
          answer,
          { id: 'mute', type: 'mute' },
          { id: 'unmute', type: 'unmute' },
          { id: 'hold', type: 'hold' },
        ],
        ...[{ id: 'unhold', type: 'unhold' }, { id: 'moh', type: 'moh' }, pause('wait', 300)],
        ...[{ id: 'moh-stop', type: 'moh_stop' }, bye],
      ],
    },
    'a recording that is ended by a key': {
      actions: [answer, record(), say('thanks', 'Thanks.'), bye],
      act: presses('record', '#'),
    },
    'a recording that is ended by its time': {
      actions: [answer, record({ duration: 2 }), say('thanks', 'Thanks.'), bye],
    },
    'a recording that is ended by silence': {
      actions: [answer, record({ end_of_silence: 1 }), say('thanks', 'Thanks.'), bye],
    },
    'a recording beside the flow': {
      actions: [
        ...[answer, { id: 'record', type: 'recording_start' }, pause('wait', 1_000)],
        ...[{ id: 'no-more', type: 'recording_stop' }, pause('rest', 300), bye],
      ],
    },
    'a message that is ended by a key': {
      actions: [answer, voicemail(), say('thanks', 'Thanks.'), bye],
      act: async ({ call, at, prompt }) => {
        await at('leave');
        await prompt();
        await call.digits('#');
      },
    },
    'a message that is ended by silence': {
      actions: [answer, voicemail({ end_of_silence: 1 }), say('thanks', 'Thanks.'), bye],
    },
    'a message for nobody': {
      actions: [answer, { ...voicemail({ mailbox_id: nobody }), on_error_id: 'other' }, ...ends],
    },
    'a text in the call': {
      actions: [answer, { id: 'text', type: 'sip_message', option: { text: 'Hello.' } }, beep, bye],
    },
    'a flow that is none': {
      actions: [answer, { id: 'in', type: 'fetch_flow', option: { flow_id: nobody } }, say('on', 'On.'), bye],
    },
    'a caller who hangs up while the flow sleeps': { actions: [answer, beep, rest], act: leaves('rest') },
    'a caller who gives up before he is answered': { actions: [pause('wait', 60_000)], act: leaves('wait') },
    'a caller who hangs up in the middle of a prompt': {
      actions: [
        ...[
          answer,
          say('long', 'One, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve.'),
        ],
        ...[say('next', 'Next.'), bye],
      ],
      act: async ({ call, at, sound }) => {
        await at('long');
        await sound();
        await call.bye();
      },
    },
    'a caller who hangs up in the middle of a sound': {
      actions: [answer, { id: 'play', type: 'play', option: { stream_urls: ['sound:demo-congrats'] } }, bye],
      act: async ({ call, at, sound }) => {
        await at('play');
        await sound();
        await call.bye();
      },
    },
    'a caller who hangs up at an input': {
      actions: [answer, keys('key', { duration: 60_000 }), bye],
      act: leaves('key'),
    },
    'a caller who hangs up when the input comes the second time': {
      actions: [answer, keys('key', { duration: 1_500 }), goes('again', 'key', 3), bye],
      act: leaves('key', 2),
    },
    'a caller who hangs up while he hears himself': {
      actions: [answer, { id: 'echo', type: 'echo', option: { duration: 60_000 } }, bye],
      act: leaves('echo'),
    },
    'a caller who hangs up with music': {
      actions: [answer, { id: 'moh', type: 'moh' }, rest],
      act: leaves('rest'),
    },
    'a caller who hangs up while he is recorded': {
      actions: [answer, record(), rest],
      act: leaves('record'),
    },
    'a caller who hangs up behind his message': {
      actions: [answer, voicemail(), rest],
      act: async ({ call, at, prompt }) => {
        await at('leave');
        await prompt();
        await call.bye();
      },
    },
  };
}
