/** `14:30`, `2:30pm`; `1'21"` is one that lasts. */
export function timeAsText(text: string, format: string, language: string): string | undefined {
  const [, minutes, seconds] = /^(\d{1,3})'(?:(\d{1,2})")?$/.exec(text) ?? [];
  if (minutes !== undefined)
    return [lasting(minutes, 'minute', language), seconds && lasting(seconds, 'second', language)]
      .filter(Boolean)
      .join(', ');
  const clock = /^(\d{1,2})(?::(\d{2}))?(?::(\d{2}))?\s*(?:([ap])\.?m\.?)?$/i.exec(text);
  if (!clock) return undefined;
  const [, hours = '', minute, second, half] = clock;
  if (minute === undefined && half === undefined) return undefined;
  const hour = half ? (Number(hours) % 12) + (half.toLowerCase() === 'p' ? 12 : 0) : Number(hours);
  if (half && !/^(0?[1-9]|1[0-2])$/.test(hours)) return undefined;
  if (hour > 23 || Number(minute ?? 0) > 59 || Number(second ?? 0) > 59) return undefined;
  const isTwelve = format.startsWith('hms12') || half !== undefined;
  return new Intl.DateTimeFormat(language, {
    hour: 'numeric',
    // "2 PM", and never "two zero zero".
    minute: isTwelve && Number(minute ?? 0) === 0 && !second ? undefined : '2-digit',
    second: second ? '2-digit' : undefined,
    hourCycle: isTwelve ? 'h12' : format.startsWith('hms24') ? 'h23' : undefined,
    timeZone: 'UTC',
  }).format(Date.UTC(2000, 0, 1, hour, Number(minute ?? 0), Number(second ?? 0)));
}

function lasting(number: string, unit: string, language: string): string {
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(Number(number));
}
