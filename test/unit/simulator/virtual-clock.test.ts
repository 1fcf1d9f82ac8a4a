import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkFlow } from '../../../src/flows/flow.ts';
import { CallFixture, catalogue } from '../../support/call-fixture.ts';
import { UnsteadyClock } from '../../support/unsteady-clock.ts';

let clock: UnsteadyClock;

beforeEach(() => {
  clock = new UnsteadyClock();
});
afterEach(() => {
  clock[Symbol.dispose]();
});

const waitFlowId = '212a32a8-9529-11ec-8bf0-8b89df407b6e';

/** A caller who waits for an hour, is asked for digits and types some of them, then waits for an agent who comes late. */
async function hourOnTheLine(): Promise<{ readonly told: readonly string[]; readonly took: number }> {
  const given = new CallFixture({});
  const wait = [{ id: 'waiting', type: 'sleep', option: { duration: 20_000 } }];
  given.flows.set(waitFlowId, { id: waitFlowId, actions: checkFlow(wait, catalogue).actions });
  const queue = given.queues.add({ wait_flow_id: waitFlowId });
  const flow = given.run(
    { id: 'sleeping', type: 'sleep', option: { duration: 3_600_000 } },
    {
      id: 'asking',
      type: 'digits_receive',
      option: { duration: 30_000, length: 4, inter_digit_timeout: 5_000 },
    },
    { id: 'queueing', type: 'queue_join', option: { queue_id: queue.id } },
  );
  const began = clock.now();
  const told: string[] = [];
  const tell = (what: string): void => {
    told.push(`${(clock.now() - began) / 1_000} s: ${what}`);
  };
  const see = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second++) {
      const [at, status] = [flow.at, given.queues.moments.at(-1)];
      await clock.pass(1_000);
      if (flow.at !== at) tell(`at ${flow.at}`);
      if (given.queues.moments.at(-1) !== status) tell(`queuecall ${given.queues.moments.at(-1)}`);
    }
  };
  const realBegin = performance.now();
  await see(3_602);
  given.press('12');
  await see(60);
  given.asterisk.onDial((party) => party.answer());
  await given.queues.addAgent('1002');
  await see(120);
  tell(`digits ${flow.variable('voipbin.call.digits')}`);
  given.hangup();
  await flow.done;
  await clock.pass(1_000);
  tell(given.of('call_hungup').length > 0 ? 'hung up' : 'still there');
  expect(clock.waiting).toBe(0);
  expect(given.reported).toEqual([]);
  return { told, took: performance.now() - realBegin };
}

test('an hour of a flow passes in a moment, in the same order every time', async () => {
  const { told, took } = await hourOnTheLine();
  expect(told).toEqual([
    '1 s: at sleeping',
    '3600 s: at asking',
    '3607 s: at waiting',
    '3607 s: queuecall created',
    '3663 s: at queueing',
    '3663 s: queuecall serviced',
    '3782 s: digits 12',
    '3783 s: hung up',
  ]);
  expect(took).toBeLessThan(20_000);
  for (let round = 0; round < 3; round++) expect((await hourOnTheLine()).told).toEqual(told);
});

test.each([3_600_000, -3_600_000])(
  "a flow waits no shorter and no longer where the system's clock is set by %d ms meanwhile",
  async (by) => {
    const given = new CallFixture({});
    const flow = given.run(
      { id: 'sleeping', type: 'sleep', option: { duration: 60_000 } },
      { id: 'asking', type: 'digits_receive', option: { duration: 10_000, length: 4 } },
      {
        id: 'queueing',
        type: 'queue_join',
        option: { queue_id: given.queues.add({ wait_timeout: 30_000 }).id },
      },
      { id: 'after', type: 'sleep', option: { duration: 3_600_000 } },
    );
    const expectAfter = async (ms: number, before: string, then: string): Promise<void> => {
      await clock.pass(ms / 2);
      clock.setSystemTimeBy(by);
      await clock.pass(ms / 2 - 1);
      expect(flow.at).toBe(before);
      await clock.pass(1);
      expect(flow.at).toBe(then);
    };
    await clock.pass();
    await expectAfter(60_000, 'sleeping', 'asking');
    await expectAfter(10_000, 'asking', 'queueing');
    await expectAfter(30_000, 'queueing', 'after');
    given.hangup();
    await flow.done;
    await clock.pass(1_000);
    expect(clock.waiting).toBe(0);
  },
);

test("what a flow asks for as the time of the day is the system clock's", async () => {
  const given = new CallFixture({});
  const hourOfDay = { type: 'condition_datetime', option: { condition: '==', hour: 15 } };
  clock.setSystemTimeBy(3 * 3_600_000); // it began at noon
  const flow = given.run(
    { id: 'asking', ...hourOfDay, option: { ...hourOfDay.option, false_target_id: 'no' } },
    { id: 'yes', type: 'sleep', option: { duration: 1_000 } },
    { id: 'no', type: 'sleep', option: { duration: 1_000 } },
  );
  await clock.pass(10);
  expect(flow.at).toBe('yes');
  given.hangup();
  await flow.done;
});
