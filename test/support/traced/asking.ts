import { bye, ends, is, prompts, rest, type Scene, say } from './scene.ts';

const menu = (option: object = {}) => ({
  ...{ id: 'menu', type: 'menu' },
  option: {
    ...prompts('One or two?'),
    targets: { '1': 'one', '2': 'two' },
    no_match_prompts: [{ text: 'No.' }],
    first_digit_timeout: 8_000,
    ...option,
  },
});
const ways = [
  ...[say('one', 'One.', { next_id: 'bye' }), say('two', 'Two.', { next_id: 'bye' })],
  ...[say('silent', 'Silent.', { next_id: 'bye' }), say('wrong', 'Wrong.'), bye],
];
const gather = (option: object = {}) => ({
  ...{ id: 'card', type: 'gather' },
  option: {
    ...prompts('Your number?'),
    ...{ min_length: 2, max_length: 8, variable: 'card', first_digit_timeout: 8_000 },
    no_match_prompts: [{ text: 'No.' }],
    ...option,
  },
});

/** Presses one thing after the other, each when something was said. */
const tries =
  (action: string, ...each: readonly string[]): NonNullable<Scene['act']> =>
  async ({ call, at, prompt }) => {
    await at(action);
    for (const digits of each) {
      await prompt();
      await call.digits(digits);
    }
  };

/** Menus and numbers: right, wrong, late, never. */
export const askingScenes: Readonly<Record<string, Scene>> = {
  'a menu: a good key': { actions: [menu(), ...ways], act: tries('menu', '2') },
  'a menu: a wrong key, then a good one': {
    actions: [menu(), ...ways],
    act: tries('menu', '9', '1'),
  },
  'a menu: two wrong keys, then a good one': {
    actions: [menu(), ...ways],
    act: tries('menu', '9', '8', '2'),
  },
  'a menu: wrong keys alone': {
    actions: [menu({ retries: 1, no_match_target_id: 'wrong' }), ...ways],
    act: tries('menu', '9', '8'),
  },
  'a menu: a key before it has been heard': {
    actions: [
      menu(prompts('One, or two, or perhaps something else, of which nobody has heard before?')),
      ...ways,
    ],
    act: async ({ call, at, sound }) => {
      await at('menu');
      await sound();
      await call.digits('1');
    },
  },
  'a menu that nobody answers': {
    actions: [menu({ first_digit_timeout: 600, no_input_target_id: 'silent', retries: 1 }), ...ways],
  },
  'a menu that is answered the second time': {
    actions: [menu({ first_digit_timeout: 1_500, no_input_target_id: 'silent' }), ...ways],
    act: async ({ call, at, prompt }) => {
      await at('menu');
      await prompt();
      await prompt();
      await call.digits('1');
    },
  },
  'a menu that is heard again': {
    actions: [menu({ repeat_key: '*' }), ...ways],
    act: tries('menu', '*', '2'),
  },
  'a menu with keys of two digits': {
    actions: [menu({ targets: { '1': 'one', '12': 'two' }, inter_digit_timeout: 2_000 }), ...ways],
    act: tries('menu', '12'),
  },
  'a menu with a key that might be the first of two': {
    actions: [menu({ targets: { '1': 'one', '12': 'two' }, inter_digit_timeout: 800 }), ...ways],
    act: tries('menu', '1'),
  },
  'a menu in which somebody hangs up': {
    actions: [menu(), ...ways],
    act: async ({ call, at, prompt }) => {
      await at('menu');
      await prompt();
      await call.bye();
    },
  },
  'a number that is typed': {
    actions: [
      gather(),
      is('card', '4711'),
      say('good', 'Hello ${card}.', { next_id: 'bye' }),
      ...ends.slice(1),
    ],
    act: tries('card', '4711#'),
  },
  'a number that is complete with its last digit': {
    actions: [gather({ max_length: 4 }), is('card', '4712'), ...ends],
    act: tries('card', '4712'),
  },
  'a number that is too short, then a good one': {
    actions: [gather({ min_length: 4, max_length: 4 }), is('card', '1234'), ...ends],
    act: tries('card', '12#', '1234'),
  },
  'a number that nobody types': {
    actions: [gather({ first_digit_timeout: 500, retries: 1 }), is('card', ''), ...ends],
  },
  'a number that is never right': {
    actions: [gather({ min_length: 4, retries: 1 }), is('card', ''), ...ends],
    act: tries('card', '1#', '2#'),
  },
  'a number that breaks off': {
    actions: [gather({ inter_digit_timeout: 1_000 }), is('card', '47'), ...ends],
    act: tries('card', '47'),
  },
  'a number of a card, with its check digit': {
    actions: [gather({ luhn: true }), is('card', '4242'), ...ends],
    act: tries('card', '4241#', '4242#'),
  },
  'a number in the middle of which somebody hangs up': {
    actions: [gather(), rest],
    act: async ({ call, at, prompt, typed }) => {
      await at('card');
      await prompt();
      await call.digits('47');
      await typed(2);
      await call.bye();
    },
  },
};
