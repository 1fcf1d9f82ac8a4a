import type { TestAsterisk } from '../../support/asterisk.ts';
import { eventually } from '../../support/until.ts';

/** How many channels Asterisk has. */
export async function channelsOf(asterisk: TestAsterisk): Promise<number> {
  return Number(/^(\d+) active channel/m.exec(await asterisk.cli('core show channels count'))?.[1]);
}

/** What SIPp has given up is nobody's: the next run is not to pay for it. */
export async function hangUpAll(asterisk: TestAsterisk): Promise<void> {
  const isNone = async (): Promise<boolean> => {
    if ((await channelsOf(asterisk)) === 0) return true;
    await asterisk.cli('channel request hangup all');
    return false;
  };
  await eventually(isNone, { what: 'no channels left in Asterisk' });
}
