import { expect, test } from 'vitest';
import { wireTime } from '../../src/core/clock.ts';
import type { Page, PageRequest } from '../../src/ports/page.ts';
import type { GivenStore } from './store-folder.ts';
import { givenFlow } from './store-records.ts';

export function listContract(given: GivenStore): void {
  test('pages come newest first and leave nothing out, also where times are equal', async () => {
    await using fixture = await given();
    const { flows } = fixture.store;
    const same = wireTime();
    const records = Array.from({ length: 25 }, (_, index) =>
      givenFlow(index < 10 ? { tm_create: same } : {}),
    );
    for (const record of records) await flows.insert(record);
    const listed = await allPages((page) => flows.list(page), 4);
    const expected = records
      .map(({ id, tm_create }) => `${tm_create}/${id}`)
      .sort()
      .reverse();
    expect(listed.map(({ id, tm_create }) => `${tm_create}/${id}`)).toEqual(expected);
  });

  test('what is new while a list is read does not shift it', async () => {
    await using fixture = await given();
    const { flows } = fixture.store;
    const [first, second] = [givenFlow(), givenFlow()];
    await flows.insert(first);
    await flows.insert(second);
    const page = await flows.list({ size: 1 });
    await flows.insert(givenFlow());
    expect((await flows.list({ size: 1, token: page.next })).result).toEqual([first]);
  });

  test('a page of long records ends early and goes on', async () => {
    await using fixture = await given();
    const { flows } = fixture.store;
    for (let index = 0; index < 9; index++) await flows.insert(givenFlow({ detail: 'x'.repeat(300_000) }));
    const page = await flows.list({ size: 100 });
    expect(page.result.length).toBeLessThan(9);
    expect(page.next).not.toBe('');
    expect(await allPages((request) => flows.list(request), 100)).toHaveLength(9);
  });

  test('one record longer than a page is a page', async () => {
    await using fixture = await given();
    const { flows } = fixture.store;
    for (let index = 0; index < 2; index++) await flows.insert(givenFlow({ detail: 'x'.repeat(1_200_000) }));
    expect(await allPages((request) => flows.list(request), 100)).toHaveLength(2);
  });

  test('a token that we did not make is refused', async () => {
    await using fixture = await given();
    for (const token of ['', 'x', '!!!', Buffer.from('2022-01-01/x').toString('base64url')]) {
      await expect(async () => fixture.store.flows.list({ size: 1, token })).rejects.toMatchObject({
        reason: 'INVALID_ARGUMENT',
        details: [{ path: 'page_token' }],
      });
    }
  });
}

/** A whole list, page by page. */
export async function allPages<R>(list: (page: PageRequest) => Promise<Page<R>>, size: number): Promise<R[]> {
  const records: R[] = [];
  let page = await list({ size });
  records.push(...page.result);
  while (page.next !== '') {
    page = await list({ size, token: page.next });
    expect(page.result.length).toBeGreaterThan(0);
    records.push(...page.result);
  }
  return records;
}
