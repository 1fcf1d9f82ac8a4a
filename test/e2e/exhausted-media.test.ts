import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { System } from '../support/system.ts';
import { eventually, until } from '../support/until.ts';

// The disk of what is played and recorded is full, for the daemon and for Asterisk: calls go on.

const mount = (folder: string): unknown =>
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'none', folder], { stdio: 'ignore' });

/** Whether this machine lets us have a disk of our own. */
function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'ariflow-small-disk-'));
  try {
    mount(folder);
    execFileSync('umount', [folder]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe.skipIf(!canMount())('a small disk', () => {
  let media: string;
  let system: System;

  beforeAll(async () => {
    media = mkdtempSync(join(tmpdir(), 'ariflow-small-disk-'));
    mount(media);
    system = await System.start({ env: { ARIFLOW_MEDIA_DIR: media, ARIFLOW_ASTERISK_MEDIA_DIR: media } });
  });
  afterEach(() =>
    system.quiet([
      /"code":"(SPEECH|RECORDING)_[A-Z_]+"/,
      /_failed"/,
      /ENOSPC|No space left|write failed|Error writing frame/i,
    ]),
  );
  afterAll(async () => {
    await system?.[Symbol.asyncDispose]();
    execFileSync('umount', ['-l', media]);
    rmSync(media, { recursive: true, force: true });
  });

  /** A call that is recorded for two seconds, hears a text and a beep, and is hung up. Answers its events. */
  async function recorded(number: string): Promise<string[]> {
    await system.flowOn(number, [
      { type: 'answer' },
      { type: 'recording_start', option: { format: 'wav' } },
      { type: 'sleep', option: { duration: 2_000 } },
      { type: 'talk', option: { text: `Number ${number}` } },
      { type: 'beep' },
      { type: 'hangup' },
    ]);
    const call = await (await system.caller()).call(number);
    await call.answered;
    call.tone(600);
    expect(await call.ended).toMatchObject({ by: 'them', how: 'BYE', reason: 'Q.850;cause=16' });
    expect(call.heard.sounds().length).toBeGreaterThan(0);
    const callId = await system.callTo(number);
    await system.history(callId);
    const ends = () =>
      system.sink.requests.filter(
        ({ type, data }) =>
          type === 'recording_updated' &&
          data.reference_id === callId &&
          /done|failed/.test(String(data.status)),
      );
    await until(() => ends().length === 1, { what: 'the end of the recording' });
    return [...system.sink.types(system.sink.eventsOf(callId)), String(ends()[0]?.data.status)];
  }

  test('that is full: the recording and the text fail, the call goes its way; with room again all is as before', async () => {
    const { bavail, bsize } = statfsSync(media);
    const ballast = join(media, 'ballast');
    writeFileSync(ballast, Buffer.alloc((bavail - 1) * bsize));
    const full = await recorded('full');
    expect(full).toContain('action_failed');
    expect(full.at(-1)).toBe('failed');
    rmSync(ballast);
    const well = await recorded('well');
    expect(well).not.toContain('action_failed');
    expect(well.at(-1)).toBe('done');
    await eventually(async () => (await fetch(`${system.daemon.url}/readyz`)).status === 200);
  });
});
