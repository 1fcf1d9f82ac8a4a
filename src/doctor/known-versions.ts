import { type Finding, good, problem, warning } from './finding.ts';

/** The first that has all we ask for: the socket that Asterisk opens, and audio over WebSocket. */
const oldest = [22, 5] as const;

/** What is known of releases, from the project's own tracker. */
const known: readonly {
  readonly release: string;
  readonly verdict: 'warning' | 'problem';
  readonly text: string;
}[] = [
  {
    release: '22.11.0',
    verdict: 'warning',
    text: 'its copies of a call can lose audio or take a whole processor (asterisk/asterisk issue 2134): recordings, amd and external media stand on them. 22.10 does not',
  },
];

/** Whether a version of Asterisk can be used, as it says itself: `22.10.1`, `certified/22.8-cert4`, `GIT-master-…`. */
export function versionFinding(version: string): Finding {
  const numbers = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(version);
  if (!numbers) return warning('Asterisk', `${version}: not a release; 22.5 and later are known to work`);
  const [, major, minor] = numbers.map(Number) as [number, number, number];
  if (major < oldest[0] || (major === oldest[0] && minor < oldest[1]))
    return problem(
      'Asterisk',
      `${version} is older than ${oldest.join('.')}, which is the first that has what is needed`,
    );
  const note = known.find(({ release }) => release === numbers[0]);
  return note
    ? { what: 'Asterisk', verdict: note.verdict, text: `${version}: ${note.text}` }
    : good('Asterisk', version);
}
