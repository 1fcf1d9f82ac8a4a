import type { Page } from 'puppeteer-core';
import { inPage } from './browser.ts';

/** What a page's phone plays, listened to in the page itself. */
export interface Played {
  /** The loudest frequency of the last 170 ms, in Hz, to about 6; 0 in silence. */
  readonly tone: number;
  /** As its packets have it: `audio/opus`. */
  readonly codec: string;
  /** That came, and that never did. */
  readonly packets: number;
  readonly lost: number;
}

/** Of the call that it is on; nothing without one. */
export async function playedBy(page: Page): Promise<Played | undefined> {
  const prototype = await page.evaluateHandle('RTCPeerConnection.prototype');
  const peers = await page.queryObjects(prototype);
  await page.evaluate((all) => Object.assign(globalThis, { peers: all }), peers);
  await Promise.all([peers.dispose(), prototype.dispose()]);
  return await inPage<Played | undefined>(page, listening);
}

/** Softer than this, in decibels, is silence. */
const softest = -60;

const listening = `(async () => {
  const peer = peers.find(({ connectionState }) => connectionState === 'connected');
  const track = peer?.getReceivers()[0]?.track;
  if (!track) return undefined;
  if (globalThis.ear?.track !== track) {
    const context = globalThis.ear?.context ?? new AudioContext();
    await context.resume();
    const analyser = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 });
    context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    globalThis.ear = { context, track, analyser };
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  const { context, analyser } = globalThis.ear;
  const bins = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(bins);
  const loudest = bins.indexOf(Math.max(...bins));
  const report = await peer.getStats();
  const inbound = [...report.values()].find(({ type }) => type === 'inbound-rtp');
  return {
    tone: bins[loudest] > ${softest} ? Math.round((loudest * context.sampleRate) / analyser.fftSize) : 0,
    codec: report.get(inbound?.codecId)?.mimeType ?? '',
    packets: inbound?.packetsReceived ?? 0,
    lost: inbound?.packetsLost ?? 0,
  };
})()`;

/** From the next page on: for how many milliseconds a call's audio has had each of these tones, from its first packet on. */
export async function countTones(page: Page, tones: readonly number[]): Promise<void> {
  await page.evaluateOnNewDocument(`(${counting})(${JSON.stringify(tones)})`);
}

/** Milliseconds, by tone. */
export function countedTones(page: Page): Promise<Readonly<Record<number, number>>> {
  return inPage(page, 'globalThis.counted');
}

const counting = `(tones) => {
  globalThis.counted = Object.fromEntries(tones.map((tone) => [tone, 0]));
  const size = 1024;
  /** How much of the samples a tone is, 0 to 1 (Goertzel). */
  const share = (samples, tone, rate) => {
    const turn = 2 * Math.cos((2 * Math.PI * tone) / rate);
    let [one, two, all] = [0, 0, 0];
    for (const sample of samples) {
      [one, two] = [sample + turn * one - two, one];
      all += sample * sample;
    }
    return all < 0.01 ? 0 : (2 * (one * one + two * two - turn * one * two)) / (samples.length * all);
  };
  const count = (track) => {
    const context = new AudioContext();
    const reader = context.createScriptProcessor(size, 1, 1);
    reader.onaudioprocess = ({ inputBuffer }) => {
      const samples = inputBuffer.getChannelData(0);
      for (const tone of tones)
        if (share(samples, tone, context.sampleRate) > 0.5) counted[tone] += (size / context.sampleRate) * 1_000;
    };
    context.createMediaStreamSource(new MediaStream([track])).connect(reader).connect(context.destination);
    track.addEventListener('ended', () => context.close());
    globalThis.counter = reader;
  };
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...of) {
      super(...of);
      this.addEventListener('track', ({ track }) => count(track));
    }
  };
}`;
