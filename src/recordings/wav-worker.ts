import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../core/errors.ts';
import { type WavMix, writeWav } from './wav-mix.ts';
import type { WavAnswer } from './wav-thread.ts';

// A thread that writes one WAV and ends: hours of audio are gigabytes.

parentPort?.postMessage(answer(workerData as WavMix)); // as wav-thread.ts starts it

function answer(mix: WavMix): WavAnswer {
  try {
    return { samples: writeWav(mix) };
  } catch (error) {
    return { failure: messageOf(error) };
  }
}
