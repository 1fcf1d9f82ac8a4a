import { onOff } from './types.ts';

/** The page at `/`, and the phone in it. */
export const consoleKeys = {
  console: onOff
    .prefault('on')
    .describe('the console at `/`, for whoever opens a link of `ariflow console`: `on` or `off`'),
  webrtc: onOff
    .prefault('off')
    .describe(
      'a phone in the console, through the daemon to the Asterisk that has the configuration of this daemon: `on` or `off`; `on` where `npm run up` brings up the Asterisk',
    ),
};
