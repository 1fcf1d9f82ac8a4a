import { createRequire } from 'node:module';

/** What a user would write with `ari-client`, as its own examples do it. */
const { ARI_URL = '', ARI_USER = '', ARI_PASSWORD = '', ARI_APP = '' } = process.env;

interface Playback {
  once(event: 'PlaybackFinished', listener: () => void): void;
  stop(): Promise<void>;
}

interface Channel {
  answer(): Promise<void>;
  play(options: { media: string }, playback: Playback): Promise<void>;
  hangup(): Promise<void>;
  once(event: 'ChannelDtmfReceived', listener: () => void): void;
}

interface Ari {
  Playback(): Playback;
  on(
    event: 'StasisStart',
    listener: (event: { readonly args: readonly string[] }, channel: Channel) => void,
  ): void;
  start(app: string): Promise<void>;
}

interface AriClient {
  connect(url: string, user: string, password: string): Promise<Ari>;
}

const client = createRequire(import.meta.url)('ari-client') as AriClient; // it has no types
const ari = await client.connect(new URL(ARI_URL).origin, ARI_USER, ARI_PASSWORD);

async function serve(channel: Channel, flow: string): Promise<void> {
  await channel.answer();
  if (flow === 'hold') return;
  const playback = ari.Playback();
  playback.once('PlaybackFinished', () => void channel.hangup().catch(complain));
  if (flow === 'menu') channel.once('ChannelDtmfReceived', () => void playback.stop().catch(complain));
  await channel.play({ media: flow === 'menu' ? 'sound:demo-congrats' : 'sound:beep' }, playback);
}

/** SIPp counts the calls that fail. */
function complain(error: unknown): void {
  console.error(error instanceof Error ? error.message : error);
}

ari.on('StasisStart', ({ args }, channel) => void serve(channel, args[0] ?? '').catch(complain));
await ari.start(ARI_APP);
console.log('ready');
