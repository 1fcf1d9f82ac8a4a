import { WebSocket } from 'ws';

/**
 * The floor of any ARI controller: one socket, and nothing that these calls do not need. Each request waits for the answer to
 * the one before, as it must where the answer matters. Where there is an endpoint, what it hears of a call and what it asks for it
 * is posted there.
 */
const { ARI_URL = '', ARI_USER = '', ARI_PASSWORD = '', ARI_APP = '', ENDPOINT = '' } = process.env;

interface Message {
  readonly type: string;
  readonly request_id?: string;
  readonly status_code?: number;
  readonly args?: readonly string[];
  readonly channel?: { readonly id: string };
  readonly playback?: { readonly id: string; readonly target_uri: string };
}

const authorization = `Basic ${Buffer.from(`${ARI_USER}:${ARI_PASSWORD}`).toString('base64')}`;
// Before the socket: it must not open while nobody listens.
const tell = ENDPOINT === '' ? undefined : (await import('./post-in-order.ts')).postInOrder(ENDPOINT);
const socket = new WebSocket(`${ARI_URL.replace(/^http/, 'ws')}/events?app=${ARI_APP}`, {
  headers: { authorization },
  perMessageDeflate: false,
});
const answered = new Map<string, () => void>();
let asked = 0;

function ask(channel: string, method: string, uri: string, then?: () => void): void {
  const id = String(++asked);
  tell?.(channel, JSON.stringify({ type: 'asked', method, uri, at: new Date().toISOString() }));
  if (then) answered.set(id, then);
  socket.send(JSON.stringify({ type: 'RESTRequest', transaction_id: id, request_id: id, method, uri }));
}

function begin(channel: string, flow: string): void {
  const sound = flow === 'menu' ? 'demo-congrats' : 'beep';
  ask(channel, 'POST', `channels/${channel}/answer`, () => {
    if (flow !== 'hold')
      ask(channel, 'POST', `channels/${channel}/play/play-${channel}?media=sound:${sound}`);
  });
}

function respond({ request_id = '', status_code = 0 }: Message): void {
  const then = answered.get(request_id);
  answered.delete(request_id);
  if (status_code < 400) then?.();
}

socket.on('open', () => console.log('ready'));
socket.on('message', (data) => {
  const message = JSON.parse(String(data)) as Message; // Asterisk's
  const { type, channel, playback, args } = message;
  const id = channel?.id ?? playback?.target_uri.slice('channel:'.length);
  if (tell && id !== undefined) tell(id, JSON.stringify({ type, data: message }));
  if (type === 'RESTResponse') respond(message);
  else if (type === 'StasisStart' && channel) begin(channel.id, args?.[0] ?? '');
  else if (type === 'ChannelDtmfReceived' && channel)
    ask(channel.id, 'DELETE', `playbacks/play-${channel.id}`);
  else if (type === 'PlaybackFinished' && id !== undefined) ask(id, 'DELETE', `channels/${id}`);
});
