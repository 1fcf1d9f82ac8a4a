import { type Finding, good, problem, warning } from './finding.ts';

/** What does not work without a module (docs/own-asterisk.md). */
const needed: Readonly<Record<string, readonly string[]>> = {
  'no call comes in': ['app_stasis', 'res_stasis', 'res_stasis_answer'],
  'requests are answered with 404': [
    'res_ari_applications',
    'res_ari_asterisk',
    'res_ari_bridges',
    'res_ari_channels',
    'res_ari_endpoints',
    'res_ari_events',
    'res_ari_playbacks',
    'res_ari_recordings',
  ],
  'nothing is played': ['res_stasis_playback'],
  'nothing is recorded or listened to': ['res_stasis_recording', 'res_stasis_snoop'],
  'nobody talks with anybody': ['bridge_simple', 'bridge_softmix'],
};

const wanted: Readonly<Record<string, readonly string[]>> = {
  'conferences hear no announcement': ['chan_bridge_media'],
  'who waits hears no music': ['res_musiconhold', 'bridge_holding'],
  'a phone that asks inside a call whether we live is not answered': [
    'res_pjsip_dlg_options',
    'res_pjsip_empty_info',
  ],
  'digits by INFO are not heard': ['res_pjsip_dtmf_info'],
  'phones cannot transfer': ['res_pjsip_refer'],
  'no messages': ['res_pjsip_messaging'],
  'no amd': ['app_amd'],
  'no external media': ['chan_websocket'],
  'hang-up causes of SIP are lost': ['res_pjsip_rfc3326'],
};

/** The codecs of a configuration, and the modules that translate them. */
const translators: Readonly<Record<string, string>> = {
  ulaw: 'codec_ulaw',
  alaw: 'codec_alaw',
  g722: 'codec_g722',
  gsm: 'codec_gsm',
  opus: 'codec_opus_open_source',
};

/** What is missing of these modules, and what that means. `running` are their names without an ending. */
export function moduleFindings(running: ReadonlySet<string>, codecs: readonly string[]): readonly Finding[] {
  const missing = (all: typeof needed) =>
    Object.entries(all).flatMap(([means, modules]) => {
      const gone = modules.filter((module) => !running.has(module));
      return gone.length > 0 ? [`${means}: ${gone.join(', ')}`] : [];
    });
  const silent = codecs.filter((codec) => {
    const module = translators[codec];
    return module !== undefined && !running.has(module) && !(codec === 'opus' && running.has('codec_opus'));
  });
  const findings = [
    ...missing(needed).map((text) => problem('modules', `${text} is not loaded`)),
    ...missing(wanted).map((text) => warning('modules', `${text} is not loaded`)),
    ...silent.map((codec) =>
      warning('codecs', `nothing is translated from or to ${codec}: ${translators[codec]} is not loaded`),
    ),
  ];
  const isHarmful = running.has('res_stasis_device_state');
  if (isHarmful)
    findings.push(
      warning('modules', 'res_stasis_device_state can stop Asterisk for good (its issue 2170): leave it out'),
    );
  return findings.length > 0 ? findings : [good('modules', `all that is needed, among ${running.size}`)];
}
