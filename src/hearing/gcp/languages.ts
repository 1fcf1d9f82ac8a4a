import { Languages } from '../languages.ts';

/** What Google's Speech-to-Text (v1, the default model) hears: https://cloud.google.com/speech-to-text/docs/speech-to-text-supported-languages */
export const languages = new Languages(`
  af-ZA am-ET ar-AE ar-BH ar-DZ ar-EG ar-IL ar-IQ ar-JO ar-KW ar-LB ar-MA ar-MR ar-OM ar-PS ar-QA ar-SA ar-SY ar-TN ar-YE
  az-AZ bg-BG bn-BD bn-IN bs-BA ca-ES cmn-Hans-CN cmn-Hans-HK cmn-Hant-TW yue-Hant-HK cs-CZ da-DK de-AT de-CH de-DE el-GR
  en-AU en-CA en-GB en-GH en-HK en-IE en-IN en-KE en-NG en-NZ en-PH en-PK en-SG en-TZ en-US en-ZA
  es-AR es-BO es-CL es-CO es-CR es-DO es-EC es-ES es-GT es-HN es-MX es-NI es-PA es-PE es-PR es-PY es-SV es-US es-UY es-VE
  et-EE eu-ES fa-IR fi-FI fil-PH fr-BE fr-CA fr-CH fr-FR gl-ES gu-IN hi-IN hr-HR hu-HU hy-AM id-ID is-IS it-CH it-IT iw-IL
  ja-JP jv-ID ka-GE kk-KZ km-KH kn-IN ko-KR lo-LA lt-LT lv-LV mk-MK ml-IN mn-MN mr-IN ms-MY my-MM ne-NP nl-BE nl-NL no-NO
  pa-Guru-IN pl-PL pt-BR pt-PT ro-RO ru-RU rw-RW si-LK sk-SK sl-SI sq-AL sr-RS ss-Latn-ZA st-ZA su-ID sv-SE sw-KE sw-TZ
  ta-IN ta-LK ta-MY ta-SG te-IN th-TH tn-Latn-ZA tr-TR ts-ZA uk-UA ur-IN ur-PK uz-UZ ve-ZA vi-VN xh-ZA zu-ZA`);
