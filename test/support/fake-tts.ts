import { writeFile } from 'node:fs/promises';
import { ActionError } from '../../src/core/errors.ts';
import { sleep } from '../../src/core/wait.ts';
import type { SynthesisRequest, Tts } from '../../src/speech/tts.ts';
import { wavTone } from './audio-files.ts';
import { spokenLength } from './speech/spoken-length.ts';

/** An engine that hums: one tone, as long as the words. */
export class FakeTts implements Tts {
  readonly name: string;
  /** What it was asked for, oldest first. */
  readonly asked: SynthesisRequest[] = [];
  readonly signals: AbortSignal[] = [];
  failure: Error | undefined;
  available = true;
  isRemote = false;
  /** Called while it speaks, with the file. */
  onSpeaking: (file: string) => Promise<void> = async () => undefined;

  constructor(name: string) {
    this.name = name;
  }

  isAvailable(): boolean {
    return this.available;
  }

  async synthesize(request: SynthesisRequest, file: string, signal: AbortSignal): Promise<void> {
    this.asked.push(request);
    if (request.language === 'xx-XX') throw new ActionError('UNKNOWN_LANGUAGE', 'nobody speaks it');
    if (request.voice === 'nobody') throw new ActionError('UNKNOWN_VOICE', 'nobody has it');
    await writeFile(file, 'half');
    this.signals.push(signal);
    await this.onSpeaking(file);
    if (this.failure) throw this.failure;
    await sleep(1, signal);
    await writeFile(file, wavTone({ length: spokenLength(request) }));
  }
}
