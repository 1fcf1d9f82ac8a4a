import { anyOf } from './random.ts';

type Fields = Record<string, unknown>;

const junk: readonly unknown[] = [
  ...[null, '', 0, -1, 1e308, true, [], {}, 'x'.repeat(5_000), '\0\r\n\u2028', [[]], { id: {} }],
  ...['__proto__', '9999-99-99', 'channel:', 'Up', 'done', 'RESTResponse'],
];

const types = [
  ...['StasisStart', 'StasisEnd', 'ChannelDestroyed', 'ChannelHangupRequest', 'ChannelStateChange', 'Dial'],
  ...['ChannelDtmfReceived', 'ChannelHold', 'ChannelUnhold', 'ChannelTransfer', 'PlaybackStarted'],
  ...['PlaybackFinished', 'RecordingStarted', 'RecordingFinished', 'RecordingFailed', 'BridgeDestroyed'],
  ...['ChannelEnteredBridge', 'ChannelLeftBridge', 'ChannelUserevent', 'OfALaterAsterisk'],
];

/** An event with something about it changed: a field gone, or another; what it is about; its type; more than there was. */
export function mutated(event: object, others: readonly object[], random: () => number): object {
  const copy = structuredClone(event) as Fields;
  const times = 1 + Math.floor(random() * 3);
  for (let time = 0; time < times; time++) change(copy, others, random);
  copy.type ??= (event as Fields).type; // what has none is no event, and ends the connection
  return copy;
}

function change(event: Fields, others: readonly object[], random: () => number): void {
  const [place, key] = anyPlace(event, random);
  switch (Math.floor(random() * 6)) {
    case 0:
      delete place[key];
      break;
    case 1:
      place[key] = anyOf(random, junk);
      break;
    case 2:
      event.type = anyOf(random, types);
      break;
    case 3: // what belongs to another event
      Object.assign(event, structuredClone(anyOf(random, others)), { type: event.type });
      break;
    case 4:
      place[anyOf(random, ['surprise', 'id', 'state', 'target_uri', 'cause', 'constructor'])] = anyOf(
        random,
        junk,
      );
      break;
    default:
      place[key] = structuredClone(anyOf(random, Object.values(event)));
  }
}

/** Somewhere in it, however deep. */
function anyPlace(event: Fields, random: () => number): readonly [Fields, string] {
  let place = event;
  for (;;) {
    const keys = Object.keys(place);
    const key = keys.length === 0 ? 'surprise' : anyOf(random, keys);
    const inner = place[key];
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner) || random() < 0.3)
      return [place, key];
    place = inner as Fields;
  }
}
