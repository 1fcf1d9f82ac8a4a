import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { wavTone } from './audio-files.ts';
import type { Dialog } from './dialog.ts';

/** What is said on the clinic's line, by the words that tell one text from the others, and the tone that each is spoken as. */
const texts = {
  english: ['City clinic. For the front desk', 600],
  german: ['Guten Tag. Für Deutsch', 720],
  noChoice: ['There is no such choice', 840],
  germanMenu: ['Stadtklinik', 960],
  askPin: ['Please enter your PIN', 1_080],
  noPin: ['There is no such PIN', 1_200],
  appointment: ['Hello Grace. Your appointment is tomorrow at nine', 1_320],
  offer: ['To be called back', 1_440],
  first: ['You are number 1 in line', 1_560],
  second: ['You are number 2 in line', 1_680],
  accepted: ['We will call you back. You keep', 1_800],
  reminder: ['You have an appointment tomorrow at nine. To confirm', 1_920],
  thanks: ['Thank you. See you then', 2_040],
  message: ['You have an appointment tomorrow at nine. Please call us', 2_160],
  holiday: ['We are closed today: Town fair', 2_280],
  greeting: ['Please leave a message', 2_400],
  paused: ['You get no more calls', 2_520],
  back: ['You get calls again', 2_640],
} as const satisfies Record<string, readonly [string, number]>;

export type Said = keyof typeof texts;

/** The tone that stands for a text of the clinic's line. */
export const toneOf = (said: Said): number => texts[said][1];

/** Which of the texts a phone has heard on a call, in their order; a key may have cut them short. */
export function saidOn({ heard }: Dialog): Said[] {
  const said = heard.sounds().flatMap(({ from, to, frequency }) => {
    const [name] =
      Object.entries(texts).find(([, [, tone]]) => Math.abs(tone - (frequency ?? 0)) <= 30) ?? [];
    return to - from >= 80 && name !== undefined ? [name as Said] : []; // a key of `texts`
  });
  return said.filter((name, index) => name !== said[index - 1]);
}

/** Anything else that is spoken. */
const otherTone = 330;
const spokenFor = 700;

interface Asked {
  readonly path: string;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The clinic's own server: it knows its patients, is told of calls, and speaks (as OpenAI's does) each text as a tone of its own. */
export class ClinicServer implements AsyncDisposable {
  readonly url: string;
  /** What it was asked and told, oldest first, but for what it was to speak. */
  readonly asked: Asked[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // a TCP server has one
    server.on('request', async (request, response) => {
      const text = (await request.toArray()).join('');
      const body = text === '' ? {} : JSON.parse(text);
      const path = request.url ?? '';
      if (path === '/v1/audio/speech') return response.end(spoken(body.input));
      this.asked.push({ path, headers: request.headers, body });
      const isKnown = path !== '/pin' || body.pin === '1234';
      response.writeHead(isKnown ? 200 : 404, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ name: 'Grace', appointment: 'tomorrow at nine' }));
    });
  }

  static async open(): Promise<ClinicServer> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ClinicServer(server);
  }

  /** What was sent to a path. */
  at(path: string): Asked[] {
    return this.asked.filter((request) => request.path === path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}

function spoken(text: string): Buffer {
  const [, frequency = otherTone] = Object.values(texts).find(([words]) => text.includes(words)) ?? [];
  return wavTone({ rate: 24_000, frequency, length: spokenFor });
}
