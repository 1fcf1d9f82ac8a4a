import {
  answer,
  beep,
  bye,
  ends,
  is,
  keys,
  leaves,
  pause,
  presses,
  type Scene,
  say,
  set,
  type There,
} from './scene.ts';

/** What the server of the flows answers at each path; a path that is not here is held. */
export const replies: Readonly<Record<string, { readonly status?: number; readonly body?: string }>> = {
  '/who': { body: '{"name":"Ada","level":"gold","orders":[{"id":7},{"id":8}]}' },
  '/broken': { status: 500 },
  '/gone': { status: 404, body: '{"error":"gone"}' },
  '/text': { body: 'no object' },
  '/empty': { status: 204 },
  '/missing.wav': { status: 404 },
  '/next': { body: '[{"type":"beep"},{"id":"said","type":"talk","option":{"text":"Fetched."}}]' },
  '/nonsense': { body: '[{"type":"tlak"}]' },
};

/** Servers: what they answer, what they do not, and where that leads. */
export function serverScenes({ url, flow }: There): Readonly<Record<string, Scene>> {
  const ask = (path: string, option: object = {}) => ({
    ...{ id: 'ask', type: 'webhook_send' },
    option: { sync: true, uri: `${url}${path}`, response: { type: 'json' }, ...option },
  });
  const fetch = (path: string, option: object = {}, more: object = {}) => ({
    ...{ id: 'next', type: 'fetch' },
    option: { event_url: `${url}${path}`, ...option },
    ...more,
  });
  const failure = { failure_id: 'other' };
  const nowhere = 'http://127.0.0.1:9/nobody';
  return {
    'a server that answers, and decides': {
      actions: [
        answer,
        ask('/who'),
        is('level', 'gold'),
        say('good', 'Welcome back, ${name}.', { next_id: 'bye' }),
        ...ends.slice(1),
      ],
    },
    'a server that answers, and decides otherwise': {
      actions: [answer, ask('/who'), is('level', 'silver'), ...ends],
    },
    'a server of whose answer something is taken': {
      actions: [
        ...[answer, ask('/who', { response: { map: [{ variable: 'order', path: '$.orders[1].id' }] } })],
        ...[is('order', '8'), ...ends],
      ],
    },
    'a server that is told the keys': {
      actions: [
        ...[answer, keys('keys', { length: 2 })],
        ...[
          ask('/who', { data: '{"keys":"${voipbin.call.digits}"}', success_id: 'good', ...failure }),
          ...ends,
        ],
      ],
      act: presses('keys', '12'),
    },
    'a server that fails': { actions: [answer, ask('/broken', failure), ...ends] },
    'a server that fails twice': { actions: [answer, ask('/broken', { retries: 1, ...failure }), ...ends] },
    'a server that knows nothing': { actions: [answer, ask('/gone', failure), ...ends] },
    'a server that answers something else': { actions: [answer, ask('/text', failure), ...ends] },
    'a server that answers nothing': {
      actions: [answer, ask('/empty', { response: undefined, success_id: 'good', ...failure }), ...ends],
    },
    'a server that takes too long': {
      actions: [answer, ask('/held', { timeout: 700, ...failure }), ...ends],
    },
    'a server that is not there': { actions: [answer, ask('', { uri: nowhere, ...failure }), ...ends] },
    'a server that is not there, and no way for that': {
      actions: [answer, ask('', { uri: nowhere }), ...ends],
    },
    'a server nobody waits for': {
      actions: [answer, ask('/who', { sync: false, response: undefined }), pause('wait', 600), bye],
    },
    'a server that is asked twice': {
      actions: [answer, ask('/who'), { ...ask('/gone', failure), id: 'again' }, ...ends],
    },
    'a server that is waited for with music': {
      actions: [answer, ask('/held', { timeout: 900, hold_music: true, ...failure }), ...ends],
    },
    'a caller who does not wait for a server': { actions: [answer, ask('/held'), bye], act: leaves('ask') },
    'actions from a server': { actions: [answer, fetch('/next'), bye] },
    'actions from a server, as a reply': {
      actions: [answer, ask('/next', { response: { type: 'actions' } }), bye],
    },
    'no actions from a server': {
      actions: [answer, fetch('/broken', {}, { on_error_id: 'other' }), ...ends],
    },
    'nonsense from a server': {
      actions: [answer, fetch('/nonsense', {}, { on_error_id: 'other' }), ...ends],
    },
    'a caller who does not wait for actions': { actions: [answer, fetch('/held'), bye], act: leaves('next') },
    'actions of a stored flow': {
      actions: [answer, { id: 'in', type: 'fetch_flow', option: { flow_id: flow } }, beep, bye],
    },
    'a variable, and what was said with it': {
      actions: [set('name', 'Grace'), say('hello', 'Hello ${name}.'), is('name', 'Grace'), ...ends],
    },
    'audio that is not there, and another way for that': {
      actions: [
        ...[
          answer,
          { id: 'play', type: 'play', option: { stream_urls: [`${url}/missing.wav`] }, on_error_id: 'other' },
        ],
        ...ends,
      ],
    },
    'audio that is not there, and no way for that': {
      actions: [
        answer,
        { id: 'play', type: 'play', option: { stream_urls: [`${url}/missing.wav`] } },
        ...ends,
      ],
    },
  };
}
