import { describe, expect, test } from 'vitest';
import { plainWords } from '../../../src/chatbots/plain-words.ts';
import { orderIn, toolsOf } from '../../../src/chatbots/tools.ts';
import { wordsIn } from '../../../src/chatbots/words-in.ts';
import { isSsml } from '../../../src/ports/speech.ts';

describe('what is spoken', () => {
  test.each([
    ['We are **open** until *five*.', 'We are open until five.'],
    ['# Hours\n- Monday\n- Tuesday', 'Hours Monday Tuesday'],
    ['See [our page](https://a.example/x) or `call`.', 'See our page or call.'],
    ['2 * 3 is 6, snake_case stays.', '2 * 3 is 6, snake_case stays.'],
    ['  two\n lines ', 'two lines'],
  ])('%j has no marks for the eye', (text, wanted) => {
    expect(plainWords(text)).toBe(wanted);
  });

  test.each([
    '<speak><break time="10s"/></speak>',
    '<?xml version="1.0"?><speak>x</speak>',
    '<!DOCTYPE speak>',
  ])('is never obeyed: %s', (text) => {
    const spoken = plainWords(text);
    expect(isSsml(spoken)).toBe(true);
    expect(spoken.replace(/^<speak>|<\/speak>$/g, '')).not.toMatch(/[<>]/);
  });
});

describe('what was heard of a sentence that was stopped', () => {
  test.each([
    ['One two three.', 0, ''],
    ['One two three.', -5, ''],
    ['One two three.', 2.9, ''],
    ['One two three.', 5, 'One'],
    ['One two three.', 7.6, 'One'],
    ['One two three.', 8, 'One two'],
    ['One two three.', 14, 'One two three.'],
    ['One two three.', 1e9, 'One two three.'],
    ['你好我很好', 2, '你好'],
  ])('%j after %d characters', (text, characters, wanted) => {
    expect(wordsIn(text, characters)).toBe(wanted);
  });
});

describe('what a chatbot may ask for', () => {
  const called = (name: string, json = '{}') => [{ name, arguments: json }];

  test.each([
    ['to end', called('end_talk'), { result: 'ended' }],
    ['to end, whatever else it says', called('end_talk', 'bye'), { result: 'ended' }],
    ['to go on at a place', called('go_to', '{"name":"sales"}'), { result: 'target', target: 'sales' }],
    ['nothing', [], undefined],
    ['a place that is none', called('go_to', '{"name":"+15550100"}'), undefined],
    ['what every object has', called('go_to', '{"name":"constructor"}'), undefined],
    ['a place in another form', called('go_to', '"sales"'), undefined],
    ['a place in no form', called('go_to', '{"name":'), undefined],
    ['something invented', called('call', '{"number":"+15550100"}'), undefined],
  ])('%s', (_, calls, wanted) => {
    expect(orderIn(calls, ['sales', 'support'])).toEqual(wanted);
  });

  test('the first that can be obeyed counts', () => {
    const calls = [
      ...called('go_to', '{"name":"x"}'),
      ...called('go_to', '{"name":"support"}'),
      ...called('end_talk'),
    ];
    expect(orderIn(calls, ['support'])).toEqual({ result: 'target', target: 'support' });
  });

  test('is told as names, where there are any', () => {
    expect(toolsOf([]).map((tool) => tool.function.name)).toEqual(['end_talk']);
    expect(toolsOf(['sales'])).toMatchObject([
      { function: { name: 'end_talk' } },
      { function: { name: 'go_to', parameters: { properties: { name: { enum: ['sales'] } } } } },
    ]);
  });
});
