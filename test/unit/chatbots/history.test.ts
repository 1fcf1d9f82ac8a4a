import { expect, test } from 'vitest';
import { History } from '../../../src/chatbots/history.ts';

test('the two take turns: who goes on has said one thing', () => {
  const history = new History();
  history.add('user', 'Hello');
  history.add('user', ' are you there? ');
  history.add('assistant', '');
  history.add('assistant', 'Yes.');
  expect(history.messages).toEqual([
    { role: 'user', content: 'Hello are you there?' },
    { role: 'assistant', content: 'Yes.' },
  ]);
});

test('at most 100 go along, the latest, and the caller is first', () => {
  const history = new History();
  for (let turn = 0; turn < 150; turn++) {
    history.add('user', `question ${turn}`);
    history.add('assistant', `answer ${turn}`);
  }
  expect(history.messages).toHaveLength(100);
  expect(history.messages[0]).toEqual({ role: 'user', content: 'question 100' });
  expect(history.messages.at(-1)).toEqual({ role: 'assistant', content: 'answer 149' });
});

test('they are at most 64 KB together, in bytes', () => {
  const history = new History();
  for (let turn = 0; turn < 40; turn++) {
    history.add('user', 'é'.repeat(1_000));
    history.add('assistant', `${turn} ${'x'.repeat(1_000)}`);
  }
  const size = Buffer.byteLength(JSON.stringify(history.messages));
  expect(size).toBeLessThanOrEqual(65_536);
  expect(size).toBeGreaterThan(60_000);
  expect(history.messages[0]?.role).toBe('user');
  expect(history.messages.at(-1)?.content).toMatch(/^39 /);
});

test('one message is no longer than anybody listens', () => {
  const history = new History();
  history.add('user', `${'x'.repeat(100_000)} the end`);
  expect(history.messages[0]?.content).toHaveLength(8_000);
  expect(history.messages[0]?.content).toMatch(/the end$/);
});
