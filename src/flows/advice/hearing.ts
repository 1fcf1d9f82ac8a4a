import type { Problem } from '../../core/errors.ts';
import type { HearingPort, HearingRequest } from '../../ports/hearing.ts';
import { language as schema } from '../../ports/prompt-options.ts';
import { fixedText, listIn, objectIn, type WrittenOption } from '../written.ts';
import type { WrittenList } from './list.ts';

/** Languages nobody understands, providers nobody can ask, and phrases that one lacks, of actions that listen. */
export function hearers(
  { actions }: WrittenList,
  hearing: Pick<HearingPort, 'problemOf'>,
): readonly Problem[] {
  return actions.flatMap(({ path, type, option }): Problem[] => {
    const key = type.hearer(option);
    const request = key === undefined ? undefined : requestIn(option, key);
    const problem = request && hearing.problemOf(request);
    if (!problem) return [];
    const place = problem.path === 'provider' ? key : problem.path?.replace(/\[.*/, '');
    return [{ path: `${path}.${place ?? key}`, message: problem.message }];
  });
}

/** What it asks for; nothing where that is known only later, or is none. */
function requestIn(option: WrittenOption, key: string): HearingRequest | undefined {
  const [language, provider] = [option.language ?? 'en-US', option[key] ?? ''].map(fixedText);
  if (!schema.safeParse(language).success || (provider === '' && option[key])) return undefined;
  const { hints } = option;
  const phrases = Array.isArray(hints) ? listIn(hints) : Object.keys(objectIn(hints));
  const known = phrases.map(fixedText).filter((phrase) => phrase.trim() !== '');
  if (known.length < phrases.length) return undefined;
  return { language: language ?? '', provider: provider || undefined, hints: known };
}
