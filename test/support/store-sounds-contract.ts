import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { neverTime, wireTime, zeroId } from '../../src/core/clock.ts';
import type { SoundRecord } from '../../src/sounds/sound-record.ts';
import type { GivenStore } from './store-folder.ts';
import { givenFlow } from './store-records.ts';

const audio = Buffer.from([0, 1, 2, 0xff]);
const content = { audio, most: 1_000 };

export function givenSound(fields: Partial<SoundRecord> = {}): SoundRecord {
  const now = wireTime();
  return {
    id: randomUUID(),
    customer_id: zeroId,
    name: 'my/greeting',
    detail: '',
    language: '',
    duration: 1,
    size: audio.length,
    sha256: 'hash',
    tm_create: now,
    tm_update: now,
    tm_delete: neverTime,
    audio_id: randomUUID(),
    ...fields,
  };
}

/** What every engine does with sounds. */
export function soundContract(given: GivenStore): void {
  test('a sound has its audio, until it has other audio, or is gone', async () => {
    await using fixture = await given();
    const sound = givenSound();
    expect(await fixture.store.sounds.add(sound, content)).toBe(true);
    const { sounds } = await fixture.reopen();
    expect(JSON.stringify(await sounds.get(sound.id))).toBe(JSON.stringify(sound));
    expect(await sounds.audio(sound.audio_id)).toEqual(audio);
    const change = { audio_id: randomUUID(), size: 2, tm_update: wireTime() };
    const replaced = await sounds.replace(sound.id, change, { audio: audio.subarray(0, 2), most: 1_000 });
    expect(replaced).toEqual({ ...sound, ...change });
    expect(await sounds.audio(sound.audio_id)).toBeUndefined();
    expect(await sounds.audio(change.audio_id)).toEqual(audio.subarray(0, 2));
    await sounds.delete(sound.id, wireTime());
    expect(await sounds.audio(change.audio_id)).toBeUndefined();
    expect(await sounds.replace(sound.id, change, content)).toBeUndefined();
    expect(await sounds.byName(sound.name)).toEqual([]);
  });

  test('a name is taken once in each language, however that is written', async () => {
    await using fixture = await given();
    const { sounds } = fixture.store;
    const [english, german] = [givenSound({ language: 'en-US' }), givenSound({ language: 'de' })];
    for (const sound of [english, german]) expect(await sounds.add(sound, content)).toBe(true);
    const again = sounds.add(givenSound({ language: 'EN-us' }), content);
    await expect(again).rejects.toMatchObject({ problem: 'conflict' });
    expect(await sounds.byName('my/greeting')).toEqual([english, german]);
    await sounds.delete(english.id, wireTime());
    expect(await sounds.add(givenSound({ language: 'en-us' }), content)).toBe(true);
  });

  test('together they take no more than they may: one that has no room leaves nothing', async () => {
    await using fixture = await given();
    const { sounds } = fixture.store;
    const sound = givenSound();
    const other = givenSound({ name: 'other' });
    expect(await sounds.add(sound, { audio, most: 7 })).toBe(true);
    expect(await sounds.add(other, { audio, most: 7 })).toBe(false);
    expect(await sounds.byName('other')).toEqual([]);
    expect(await sounds.audio(other.audio_id)).toBeUndefined();
    const change = { audio_id: randomUUID(), size: 8 };
    expect(await sounds.replace(sound.id, change, { audio, most: 7 })).toBe(false);
    expect(await sounds.audio(sound.audio_id)).toEqual(audio);
    expect(await sounds.replace(sound.id, { ...change, size: 7 }, { audio, most: 7 })).toBeTruthy();
  });

  test('one that a flow plays stays, unless another language has it, or it is forced', async () => {
    await using fixture = await given();
    const { sounds, flows } = fixture.store;
    const [english, german] = [givenSound({ language: 'en' }), givenSound({ language: 'de' })];
    for (const sound of [english, german]) await sounds.add(sound, content);
    const stream_urls = ['sound:my/greeting_', 'sound:My/greeting', ' sound:my/greeting '];
    const flow = givenFlow({
      actions: [{ id: 'a', next_id: zeroId, type: 'play', option: { stream_urls } }],
    });
    await flows.insert(flow);
    expect(await sounds.delete(german.id, wireTime())).toBeDefined();
    await expect(sounds.delete(english.id, wireTime())).rejects.toMatchObject({
      problem: 'pointed to',
      pointers: [{ table: 'flows', id: flow.id, places: ['actions[0].option.stream_urls[2]'] }],
    });
    expect(await sounds.audio(english.audio_id)).toEqual(audio);
    expect(await sounds.delete(english.id, wireTime(), { isForced: true })).toBeDefined();
    expect(await sounds.audio(english.audio_id)).toBeUndefined();
  });
}
