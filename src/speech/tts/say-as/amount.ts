const signs: Readonly<Record<string, string>> = {
  $: 'USD', 'US$': 'USD', '€': 'EUR', '£': 'GBP', '¥': 'JPY', '₹': 'INR', '₩': 'KRW', '₽': 'RUB', '₺': 'TRY', '₪': 'ILS', zł: 'PLN',
}; // biome-ignore format: a table

const units: Readonly<Record<string, string>> = {
  mm: 'millimeter', cm: 'centimeter', m: 'meter', km: 'kilometer', in: 'inch', inch: 'inch', ft: 'foot', foot: 'foot', feet: 'foot',
  yd: 'yard', mi: 'mile', g: 'gram', kg: 'kilogram', oz: 'ounce', lb: 'pound', ml: 'milliliter', l: 'liter', gal: 'gallon',
  'km/h': 'kilometer-per-hour', kmh: 'kilometer-per-hour', mph: 'mile-per-hour', 'm/s': 'meter-per-second', '°c': 'celsius',
  '°f': 'fahrenheit', '%': 'percent', ms: 'millisecond', s: 'second', sec: 'second', min: 'minute', h: 'hour', hr: 'hour', kb: 'kilobyte',
  mb: 'megabyte', gb: 'gigabyte', tb: 'terabyte',
}; // biome-ignore format: a table

/** `$12.50`, `12,50 €` or `USD 5` in words. */
export function moneyAsText(text: string, language: string): string | undefined {
  const [, sign = '', before = '', amount = '', after = ''] =
    /^([+-]?)([^\d\s.,+-]{0,3})\s*([+-]?[\d.,]+)\s*([^\d\s.,]{0,3})$/.exec(text) ?? [];
  const name = before && after ? '' : before || after;
  const currency = signs[name] ?? (/^[A-Za-z]{3}$/.test(name) ? name.toUpperCase() : undefined);
  const number = numberOf(`${sign}${amount}`, language);
  if (!currency || number === undefined) return undefined;
  return new Intl.NumberFormat(language, {
    style: 'currency',
    currency,
    currencyDisplay: 'name',
    useGrouping: false,
    trailingZeroDisplay: 'stripIfInteger',
  }).format(number);
}

/** `10kg` or `80 km/h` in words. */
export function unitAsText(text: string, language: string): string | undefined {
  const [, amount = '', sign = ''] = /^([+-]?\d[\d.,]*)\s*(\D{1,4})$/.exec(text) ?? [];
  const unit = Object.hasOwn(units, sign.toLowerCase()) ? units[sign.toLowerCase()] : undefined;
  const number = numberOf(amount, language);
  if (!unit || number === undefined) return undefined;
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit,
    unitDisplay: 'long',
    useGrouping: false,
  }).format(number);
}

/** A number with points and commas: three digits behind the one that is not the language's decimal sign are thousands. */
function numberOf(text: string, language: string): number | undefined {
  if (!/^[+-]?\d{1,12}([.,]\d{1,12})*$/.test(text)) return undefined;
  const decimal = new Intl.NumberFormat(language)
    .formatToParts(0.5)
    .find(({ type }) => type === 'decimal')?.value;
  const [, whole = text, sign, part = ''] = /^(.*)([.,])(\d+)$/.exec(text) ?? [];
  const isThousands = part.length === 3 && sign !== decimal;
  const number = Number(`${whole.replace(/[.,]/g, '')}${isThousands ? part : `.${part || 0}`}`);
  return Number.isFinite(number) ? number : undefined;
}
