import { expect, test } from 'vitest';
import { wireTime, zeroId } from '../../src/core/clock.ts';
import type { FlowRecord } from '../../src/flows/flow-record.ts';
import type { GivenStore } from './store-folder.ts';
import { givenFlow } from './store-records.ts';

const say = (text: string) => [{ id: 'say', next_id: zeroId, type: 'talk', option: { text } }];

/** What every engine keeps of what flows were. */
export function revisionContract(given: GivenStore): void {
  test('what a flow was is kept when it is changed, and goes with it', async () => {
    await using fixture = await given();
    const first = givenFlow({ name: 'desk', actions: say('one\u0000') });
    await fixture.store.flows.insert(first);
    await fixture.store.flows.update(first.id, { actions: say('two'), tm_update: wireTime() });
    const { flows } = await fixture.reopen();
    await flows.update(first.id, { name: 'front desk', tm_update: wireTime() });
    const last = await flows.get(first.id);
    expect(last).toMatchObject({ name: 'front desk', actions: say('two'), revision: 3 });
    expect(JSON.stringify(await flows.revision(first.id, 1))).toBe(JSON.stringify(first));
    expect(await flows.revision(first.id, 2)).toMatchObject({ name: 'desk', actions: say('two') });
    expect(await flows.revision(first.id, 3)).toEqual(last);
    for (const none of [0, 4]) expect(await flows.revision(first.id, none)).toBeUndefined();
    const [third, second, oldest] = await flows.revisions(first.id);
    expect(third).toEqual({ revision: 3, name: 'front desk', detail: '', tm_create: last?.tm_update });
    expect(second).toMatchObject({ revision: 2, name: 'desk' });
    expect(oldest).toEqual({ revision: 1, name: 'desk', detail: '', tm_create: first.tm_update });
    await flows.delete(first.id, wireTime());
    expect(await flows.revisions(first.id)).toEqual([]);
    await flows.insert(givenFlow({ ...first, id: `${first.id}2` }));
    expect(await flows.revision(`${first.id}2`, 2)).toBeUndefined();
  });

  test('the same once more, and what is not expected, is no revision', async () => {
    await using fixture = await given();
    const { flows } = fixture.store;
    const flow = givenFlow({ actions: say('one') });
    await flows.insert(flow);
    const same = await flows.update(flow.id, { actions: say('one'), name: flow.name, tm_update: wireTime() });
    expect(same).toMatchObject({ revision: 1 });
    expect(same?.tm_update).not.toBe(flow.tm_update);
    const isExpected = ({ revision }: FlowRecord) => revision === 2;
    expect(await flows.update(flow.id, { name: 'x' }, { isExpected })).toBeUndefined();
    expect(await flows.revisions(flow.id)).toHaveLength(1);
  });

  test('a change that is refused leaves nothing', async () => {
    await using fixture = await given();
    const { flows } = fixture.store;
    const flow = givenFlow();
    await flows.insert(flow);
    const change = { on_complete_flow_id: givenFlow().id, tm_update: wireTime() };
    await expect(flows.update(flow.id, change)).rejects.toMatchObject({ problem: 'dangling' });
    expect(await flows.revisions(flow.id)).toHaveLength(1);
    expect(await flows.get(flow.id)).toEqual(flow);
  });

  test('changes at the same moment are one after the other, and of those that expect the same one wins', async () => {
    await using fixture = await given();
    const { flows } = fixture.store;
    const flow = givenFlow();
    await flows.insert(flow);
    const names = Array.from({ length: 8 }, (_, index) => `name ${index}`);
    await Promise.all(names.map((name) => flows.update(flow.id, { name, tm_update: wireTime() })));
    const kept = await flows.revisions(flow.id);
    expect(kept.map(({ revision }) => revision)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(kept.map(({ name }) => name).sort()).toEqual(['flow', ...names]);
    const isExpected = ({ revision }: FlowRecord) => revision === 9;
    const both = await Promise.all(
      ['a', 'b'].map((name) => flows.update(flow.id, { name, tm_update: wireTime() }, { isExpected })),
    );
    expect(both.filter((changed) => changed !== undefined)).toHaveLength(1);
  });

  test('the last hundred are kept', async () => {
    await using fixture = await given();
    const { flows } = fixture.store;
    const [flow, other] = [givenFlow(), givenFlow()];
    await flows.insert(flow);
    await flows.insert(other);
    await flows.update(other.id, { name: 'another', tm_update: wireTime() });
    for (let index = 0; index < 103; index++)
      await flows.update(flow.id, { detail: `${index}`, tm_update: wireTime() });
    const kept = await flows.revisions(flow.id);
    expect(kept.map(({ revision }) => revision)).toEqual(Array.from({ length: 100 }, (_, at) => 104 - at));
    expect(await flows.revision(flow.id, 4)).toBeUndefined();
    expect(await flows.revision(flow.id, 5)).toMatchObject({ detail: '3' });
    expect(await flows.revisions(other.id)).toHaveLength(2);
  });

  test('a flow of an earlier version is its first revision', async () => {
    await using fixture = await given();
    const { revision: _, ...earlier } = givenFlow();
    await fixture.store.flows.insert(earlier as FlowRecord);
    const { flows } = await fixture.reopen();
    expect(JSON.stringify(await flows.get(earlier.id))).toBe(JSON.stringify({ ...earlier, revision: 1 }));
    await flows.update(earlier.id, { name: 'new', tm_update: wireTime() });
    expect((await flows.revisions(earlier.id)).map(({ name }) => name)).toEqual(['new', 'flow']);
    expect(await flows.revision(earlier.id, 1)).toEqual({ ...earlier, revision: 1 });
  });

  test('a layout is kept beside the flow: no change of it, only of actions that it has, and gone with it', async () => {
    await using fixture = await given();
    const flow = givenFlow({ actions: say('one') });
    await fixture.store.flows.insert(flow);
    expect(await fixture.store.flows.layout(flow)).toBeUndefined();
    const start = { x: -1.5, y: 0 };
    const layout = { start, actions: { say: { x: 2, y: 3 }, ['__proto__']: start, gone: start } };
    expect(await fixture.store.flows.layOut(flow.id, layout)).toEqual({
      start,
      actions: { say: { x: 2, y: 3 } },
    });
    const { flows } = await fixture.reopen();
    expect(await flows.layout(flow)).toEqual({ start, actions: { say: { x: 2, y: 3 } } });
    expect(await flows.get(flow.id)).toEqual(flow);
    expect(await flows.revisions(flow.id)).toHaveLength(1);
    await flows.layOut(flow.id, { start, actions: { say: start } });
    const empty = await flows.update(flow.id, { actions: [], tm_update: wireTime() });
    expect(await flows.layout(empty ?? flow)).toEqual({ start, actions: {} });
    await flows.delete(flow.id, wireTime());
    expect(await flows.layOut(flow.id, layout)).toBeUndefined();
    expect(await flows.layout(flow)).toBeUndefined();
  });
}
