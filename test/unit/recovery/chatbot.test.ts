import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type CallFixture, givenCall, longSleep, pass } from '../../support/call-fixture.ts';
import { chat } from '../../support/fake-chatbots.ts';
import type { FakeReply } from '../../support/fake-http.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const chatbot_id = '0a5ae4f2-5e7c-4d1f-9d55-9a2f3c1f7c11';

async function talking(...replies: readonly FakeReply[]): Promise<CallFixture> {
  const given = givenCall({ soundLength: 1_000 });
  given.chatbots.add();
  given.http.reply(...replies);
  given.run(
    { id: 'it', type: 'chatbot_talk', option: { chatbot_id, duration: 60, targets: { sales: 'sales' } } },
    { id: 'after', ...longSleep },
    { id: 'sales', ...longSleep },
  );
  await pass();
  return given;
}

async function over(life: CallFixture): Promise<void> {
  life.hangup();
  await pass(20_000);
  life.expectNothingLeft();
}

/** What the chatbot was asked last, without what it is told first. */
function asked({ http }: CallFixture): string[] {
  const { messages } = JSON.parse(String(http.requests.at(-1)?.body));
  return messages.slice(1).map(({ content }: { readonly content: string }) => content);
}

const played = ({ asterisk }: CallFixture) =>
  asterisk.requests.flatMap(({ operation, body }) => (operation.name === 'play' ? [body?.media] : []));

test('an answer is spoken to its end, sentence by sentence, and each is said once', async () => {
  const given = await talking(chat.says('One. Two. Three.'), chat.says('Yes?'));
  await pass(1_500);
  const life = await given.restart({ later: 200 });
  await pass(1_300);
  expect(played(life)).toHaveLength(3);
  await pass(2_000);
  expect([life.asterisk.playing, life.http.requests.length]).toEqual([[], 1]);
  life.hearing.ears.at(-1)?.hear('hello');
  await pass(300);
  expect(asked(life)).toEqual(['[the call begins]', 'One. Two. Three.', 'hello']);
  await over(life);
});

test('what it wants to be done is done behind its words', async () => {
  const given = await talking({
    body: chat.text('One moment.') + chat.call('go_to', { name: 'sales' }) + chat.end('tool_calls'),
  });
  await pass(500);
  const life = await given.restart();
  await pass(499);
  expect(life.flow.at).toBe('it');
  await pass(1);
  expect([life.flow.at, life.flow.variable('voipbin.chatbot.target')]).toEqual(['sales', 'sales']);
  expect(life.http.requests).toHaveLength(1);
  await over(life);
});

test('where the rest of an answer is lost, it is asked to go on', async () => {
  const given = await talking(
    { pieces: [chat.text('One. '), 2_000, chat.text('Two.'), chat.end()] },
    chat.says('And two.'),
  );
  await pass(500);
  const life = await given.restart();
  await pass(500);
  expect(asked(life)).toEqual(['[the call begins]', 'One.', '[nothing was heard behind that: go on]']);
  expect(life.speech.requests.at(-1)?.text).toBe('And two.');
  await over(life);
});

test('the caller whose turn it is keeps it, and the talk its history, its turns and its time', async () => {
  const given = await talking(chat.says('Hi.'), chat.says('We do.'), chat.says('Bye.'));
  await pass(1_000);
  given.hearing.ears[0]?.hear('do you sell shoes');
  await pass(2_000);
  const life = await given.restart({ later: 1_000 });
  await pass(1_000);
  expect(life.http.requests).toHaveLength(2);
  life.hearing.ears.at(-1)?.hear('how nice');
  await pass(300);
  expect(asked(life)).toEqual(['[the call begins]', 'Hi.', 'do you sell shoes', 'We do.', 'how nice']);
  await pass(60_000 - 5_300);
  expect(life.flow.at).toBe('after');
  const facts = ['result', 'turns'].map((name) => life.flow.variable(`voipbin.chatbot.${name}`));
  expect(facts).toEqual(['duration', '2']);
  await over(life);
});

test('he may interrupt what goes on to be said', async () => {
  const given = await talking(chat.says('One. Two. Three.'), chat.says('Yes?'));
  await pass(1_500);
  const life = await given.restart();
  await pass(100);
  life.press('5');
  await pass(100);
  expect(life.asterisk.playing).toEqual([]);
  await pass(1_500);
  expect(asked(life).at(-1)).toBe('[pressed 5]');
  expect(played(life)).toHaveLength(3);
  await over(life);
});
