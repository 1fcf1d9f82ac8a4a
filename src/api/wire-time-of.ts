const form = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)?$/;

/** A time as users write it (as on the wire, or ISO 8601) as on the wire; `undefined` where it is none. */
export function wireTimeOf(text: string): string | undefined {
  const [matched, date = '', timeOfDay = '00:00:00', fraction = '', zone = 'Z'] = form.exec(text) ?? [];
  if (matched === undefined || !isDay(date)) return undefined;
  const millis = Date.parse(`${date}T${timeOfDay}${zone}`);
  if (Number.isNaN(millis)) return undefined;
  const second = new Date(millis).toISOString().slice(0, 19).replace('T', ' ');
  // A year of more or less than four digits: no order of texts is that of times any more.
  if (!/^\d{4}-/.test(second)) return undefined;
  return `${second}.${fraction.padEnd(6, '0').slice(0, 6)}`;
}

/** A 30th of February would be taken for a day of March. */
function isDay(date: string): boolean {
  const midnight = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(date);
}
