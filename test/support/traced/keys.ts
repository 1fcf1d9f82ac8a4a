import {
  answer,
  beep,
  branch,
  bye,
  ends,
  goes,
  is,
  keys,
  pause,
  presses,
  rest,
  type Scene,
  say,
} from './scene.ts';

const long = 'Please enter the two digits of your branch office, and be patient while we look for it.';
const pinIs = (key: string) => ({
  ...{ id: 'are', type: 'condition_call_digits' },
  option: { key, false_target_id: 'other' },
});
const choice = [
  ...[say('which', 'Press a key.'), keys('key'), branch({ '1': 'one', '2': 'two', '*': 'star' }, 'none')],
  ...[say('one', 'One.', { next_id: 'bye' }), say('two', 'Two.', { next_id: 'bye' })],
  ...[say('star', 'Star.', { next_id: 'bye' }), say('none', 'None.'), bye],
];

/** Keys, one by one: which, when, how many. */
export const keyScenes: Readonly<Record<string, Scene>> = {
  ...Object.fromEntries(
    ['1', '2', '*', '0', '#', '9'].map((key) => [
      `the key ${key}, and where it leads`,
      { actions: choice, act: presses('key', key) },
    ]),
  ),
  'no key at all': {
    actions: [answer, keys('key', { duration: 800 }), branch({ '1': 'good' }, 'other'), ...ends],
  },
  'keys that are typed while a prompt is heard': {
    actions: [say('long', long), keys('keys', { length: 2 }), pinIs('42'), ...ends],
    act: presses('long', '42'),
  },
  'more keys than are wanted, and what is left of them': {
    actions: [
      answer,
      keys('keys', { length: 2 }),
      pinIs('42'),
      keys('more', { length: 1 }),
      branch({ '7': 'good' }, 'other'),
      ...ends,
    ],
    act: presses('keys', '427'),
  },
  'keys until the hash': {
    actions: [answer, keys('keys', { length: 10, key: '#' }), pinIs('1234#'), ...ends],
    act: presses('keys', '1234#'),
  },
  'keys until either of two': {
    actions: [answer, keys('keys', { length: 10, key: '#*' }), pinIs('99*'), ...ends],
    act: presses('keys', '99*'),
  },
  'keys too few, until the time is up': {
    actions: [answer, keys('keys', { length: 6, duration: 4_000 }), pinIs('12'), ...ends],
    act: presses('keys', '12'),
  },
  'keys too few, until no more come': {
    actions: [answer, keys('keys', { length: 6, inter_digit_timeout: 1_500 }), pinIs('123'), ...ends],
    act: presses('keys', '123'),
  },
  'keys of which some are dropped': {
    actions: [answer, keys('keys', { length: 2, allowed: '123' }), pinIs('13'), ...ends],
    act: presses('keys', '1983'),
  },
  'a key while the flow sleeps, for the input that follows': {
    actions: [answer, pause('wait', 2_500), keys('key'), branch({ '5': 'good' }, 'other'), ...ends],
    act: presses('wait', '5'),
  },
  'a key while the flow sleeps that the input drops': {
    actions: [
      answer,
      pause('wait', 2_000),
      keys('key', { clear: true, duration: 800 }),
      branch({ '5': 'other' }, 'good'),
      ...ends,
    ],
    act: presses('wait', '5'),
  },
  'a key that cuts a prompt off': {
    actions: [
      ...[answer, { id: 'long', type: 'talk', option: { text: `${long} ${long}`, digits_handle: 'next' } }],
      ...[keys('key'), branch({ '3': 'good' }, 'other'), ...ends],
    ],
    act: async ({ call, at, sound }) => {
      await at('long');
      await sound();
      await call.digits('3');
    },
  },
  'a key while something is played': {
    actions: [
      ...[answer, { id: 'play', type: 'play', option: { stream_urls: ['sound:demo-congrats'] } }],
      ...[keys('key'), branch({ '4': 'good' }, 'other'), ...ends],
    ],
    act: async ({ call, at, sound }) => {
      await at('play');
      await sound();
      await call.digits('4');
    },
  },
  'two inputs, each with its keys': {
    actions: [
      ...[
        answer,
        keys('one', { length: 1 }),
        branch({ '1': 'second' }, 'other'),
        keys('second', { length: 2 }),
      ],
      ...[pinIs('23'), ...ends],
    ],
    act: async ({ call, at }) => {
      await at('one');
      await call.digits('1');
      await at('second');
      await call.digits('23');
    },
  },
  'the same input twice, with another key the second time': {
    actions: [
      ...[say('ask', 'A key.'), keys('key'), branch({ '1': 'good' }), say('again', 'Again.')],
      ...[goes('back', 'ask', 2), say('end', 'Enough.', { next_id: 'bye' }), ...ends],
    ],
    act: async ({ call, at }) => {
      await at('key');
      await call.digits('8');
      await at('key', 2);
      await call.digits('1');
    },
  },
  'the same input three times, without a key': {
    actions: [
      ...[answer, keys('key', { duration: 500 }), branch({ '1': 'good' }), beep],
      ...[goes('back', 'key', 2), say('end', 'Enough.', { next_id: 'bye' }), ...ends],
    ],
  },
  'keys that are compared as a number': {
    actions: [
      ...[answer, keys('keys', { length: 2 })],
      is('voipbin.call.digits', '', 'other', { condition: '>', value_type: 'number', value_number: 17 }),
      ...ends,
    ],
    act: presses('keys', '42'),
  },
  'keys whose number is asked for': {
    actions: [
      ...[answer, keys('keys', { length: 4, duration: 3_000 })],
      { id: 'are', type: 'condition_call_digits', option: { length: 4, false_target_id: 'other' } },
      ...ends,
    ],
    act: presses('keys', '123'),
  },
  'a caller who types something and hangs up': {
    actions: [answer, keys('keys', { duration: 60_000, length: 4 }), rest],
    act: async ({ call, at, typed }) => {
      await at('keys');
      await call.digits('12');
      await typed(2);
      await call.bye();
    },
  },
};
