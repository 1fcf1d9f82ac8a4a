import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Facts } from '../../../src/flows/variables.ts';
import { HandlingTimes } from '../../../src/queues/handling-times.ts';
import { Line } from '../../../src/queues/line.ts';
import { Queuecall } from '../../../src/queues/queuecall.ts';
import { givenQueue } from '../../support/fake-queues.ts';
import { givenAgent } from '../../support/store-kept-contract.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const queue = givenQueue();

interface Standing {
  readonly queuecall: Queuecall;
  readonly facts: Record<string, string>;
}

function joins(line: Line, priority = 0): Standing {
  const facts: Record<string, string> = {};
  const queuecall = new Queuecall({
    id: `queuecall-${line.standing.length + 1}`,
    callId: 'call',
    queue,
    priority,
    tell: (told: Facts) => Object.assign(facts, told),
    onChange: () => undefined,
    onAsking: () => undefined,
    onAnswered: () => undefined,
    onFormerAgent: () => undefined,
    onOver: () => undefined,
  });
  line.join(queuecall);
  return { queuecall, facts };
}

const positions = (standing: readonly Standing[]) =>
  standing.map(({ facts }) => facts['voipbin.queuecall.position']);
const estimates = (standing: readonly Standing[]) =>
  standing.map(({ facts }) => facts['voipbin.queuecall.estimated_wait']);

const agents = (...statuses: readonly ('available' | 'busy' | 'away' | 'offline')[]) =>
  statuses.map((status) =>
    givenAgent({
      status,
      addresses: [{ type: 'tel', target: '1', target_name: '', name: '', detail: '' }],
    }),
  );

describe('the order', () => {
  test('is that of coming', () => {
    const line = new Line(queue);
    const standing = [joins(line), joins(line), joins(line)];
    expect(line.standing).toEqual(standing.map(({ queuecall }) => queuecall));
    expect(positions(standing)).toEqual(['1', '2', '3']);
  });

  test('is that of priority before, and everybody hears of it', () => {
    const line = new Line(queue);
    const standing = [joins(line, 0), joins(line, 5), joins(line, 1), joins(line, 5), joins(line, 0)];
    expect(positions(standing)).toEqual(['4', '1', '3', '2', '5']);
  });

  test('closes where somebody leaves, and where one is served', () => {
    const line = new Line(queue);
    const [first, second, third] = [joins(line), joins(line), joins(line)];
    line.left(first.queuecall);
    line.left(first.queuecall);
    expect(positions([second, third])).toEqual(['1', '2']);
    line.served(second.queuecall);
    expect(positions([third])).toEqual(['1']);
  });
});

describe('the time it may take', () => {
  test('is not known before anybody was served, and nothing where somebody is free', () => {
    const line = new Line(queue);
    const standing = [joins(line), joins(line)];
    expect(estimates(standing)).toEqual(['', '']);
    line.staffed(agents('available', 'busy'));
    expect(estimates(standing)).toEqual(['0', '']);
  });

  test('is what the last calls took, for those before, shared by those who are there', () => {
    const line = new Line({ ...queue, wrap_up: 2_000 });
    const served = joins(line);
    line.served(served.queuecall);
    vi.advanceTimersByTime(8_000);
    line.left(served.queuecall);
    const standing = [joins(line), joins(line), joins(line)];
    line.staffed(agents('busy', 'busy', 'away', 'offline'));
    expect(estimates(standing)).toEqual(['5000', '10000', '15000']);
    expect(standing[0]?.facts['voipbin.queuecall.estimated_wait_seconds']).toBe('5');
    line.staffed(agents('away'));
    expect(estimates(standing)).toEqual(['', '', '']);
  });

  test('is known by the calls before, as far as the store knows them', () => {
    const line = new Line(queue);
    const waiting = joins(line);
    line.staffed(agents('busy'));
    line.remember([1_000, 3_000]);
    expect(estimates([waiting])).toEqual(['2000']);
    line.remember(Array(30).fill(9_000));
    expect(estimates([waiting])).toEqual(['8300']);
  });

  test('is looked up once for all who wait', () => {
    const line = new Line(queue);
    const [first] = Array.from({ length: 100 }, () => joins(line));
    line.staffed(agents('busy'));
    const mean = vi.spyOn(HandlingTimes.prototype, 'mean', 'get');
    if (first) line.left(first.queuecall);
    expect(mean).toHaveBeenCalledTimes(1);
    mean.mockRestore();
  });

  test('counts talks that are going on by what they have taken', () => {
    const line = new Line(queue);
    line.served(joins(line).queuecall);
    vi.advanceTimersByTime(3_000);
    const waiting = joins(line);
    line.staffed(agents('busy'));
    expect(estimates([waiting])).toEqual(['3000']);
  });
});
