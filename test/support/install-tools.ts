import { installAsterisk } from '../../src/asterisk/install.ts';

/** Before the first file that needs them, since files run side by side: Asterisk, SIPp, espeak-ng and sox, once per checkout. */
export function setup(): Promise<void> {
  return installAsterisk({ withTestTools: true, onProgress: (line) => console.log(line) });
}
