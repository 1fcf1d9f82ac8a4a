import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestAsterisk } from '../../support/asterisk.ts';

/** What a call does: answer, beep, hang up; a prompt that a digit stops, hang up; answer and stay. */
export const flows = ['beep', 'menu', 'hold'] as const;

export type Flow = (typeof flows)[number];

/** The Stasis applications of all but the daemon of the Asterisk, by the beginning of the numbers they serve. */
export const apps = {
  bare: 'bench-bare',
  barewebhook: 'bench-bare-webhook',
  ariclient: 'bench-ari-client',
  earlier: 'bench-earlier',
} as const;

/** The same without any controller: the limit that Asterisk sets. */
const alone = `
exten => dialplan.beep,1,Answer()
 same => n,Playback(beep)
 same => n,Hangup()
exten => dialplan.menu,1,Answer()
 same => n,ControlPlayback(demo-congrats,3000,,,1)
 same => n,Hangup()
exten => dialplan.hold,1,Answer()
 same => n,Wait(3600)
 same => n,Hangup()
`;

/**
 * Numbers beside those that the daemon serves, and the modules that only a dialplan needs. They have a context of their own: in
 * the daemon's there is an extension for all that is dialled, which would take the `h` of their calls as well.
 */
export async function extendDialplan(asterisk: TestAsterisk): Promise<void> {
  const served = Object.entries(apps).flatMap(([name, app]) =>
    flows.map((flow) => {
      const what = name === 'earlier' ? 'inbound' : flow; // what a daemon is told of each call
      return `exten => ${name}.${flow},1,Stasis(${app},${what})\n same => n,Hangup()\n`;
    }),
  );
  const names = ['dialplan', ...Object.keys(apps)].flatMap((name) => flows.map((flow) => `${name}.${flow}`));
  const ways = names.map((name) => `exten => ${name},1,Goto(bench,${name},1)\n`);
  const file = join(asterisk.dataDir, 'asterisk', 'etc', 'extensions.conf');
  appendFileSync(file, `\n[ariflow](+)\n${ways.join('')}\n[bench]${alone}${served.join('')}`);
  for (const module of ['app_playback.so', 'app_controlplayback.so'])
    await asterisk.cli(`module load ${module}`);
  await asterisk.cli('dialplan reload');
}
