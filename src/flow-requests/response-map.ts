import { messageOf, type Problem } from '../core/errors.ts';
import { mostItems } from '../flows/reading/assignments.ts';
import { checkJsonPath } from '../flows/reading/json-path.ts';
import { checkXmlPath } from '../flows/reading/xml-path.ts';
import { fixedText, listIn, objectIn, type WrittenOption } from '../flows/written.ts';

/** What the map of a `webhook_send` names; `anything` where the reply does. */
export function namesSet({ sync, response }: WrittenOption): readonly string[] | 'anything' {
  if (sync === false || sync === undefined) return [];
  const { type = 'json', map } = objectIn(response);
  const mappings = listIn(map).map((item) => fixedText(objectIn(item).variable));
  if (type === 'actions' || mappings.length === 0 || mappings.includes('')) return 'anything';
  return mappings.flatMap((written) => {
    const name = written.replace(/^\$(?=(flow|user)\.)/, '');
    const items = Array.from({ length: mostItems }, (_, index) => `${name}_${index + 1}`);
    return [name, `${name}_size`, ...items];
  });
}

/** Paths of the map that are none, whatever the reply is. */
export function pathProblems({ response }: WrittenOption): readonly Problem[] {
  const { type = 'json', map } = objectIn(response);
  const check = type === 'json' ? checkJsonPath : type === 'xml' ? checkXmlPath : undefined;
  if (!check) return [];
  return listIn(map).flatMap((item, index) => {
    const path = fixedText(objectIn(item).path);
    if (path === '') return [];
    try {
      check(path);
      return [];
    } catch (error) {
      const expected = type === 'json' ? 'a JSONPath such as $.a.b[0]' : 'an XPath such as /a/b';
      return [{ path: `response.map[${index}].path`, message: `expected ${expected}: ${messageOf(error)}` }];
    }
  });
}
