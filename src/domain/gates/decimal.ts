/** A finite number as the decimal it is written as: `digits` times ten to the power of `exponent`. */
interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

/**
 * Whether `left + add < right`, as a person would work it out on paper: numbers are the shortest
 * decimals that name them, so 0.94 + 0.01 is 0.95, which binary floating point denies.
 */
export function isSumLess(left: number, add: number, right: number): boolean {
  const [first, second, third] = [toDecimal(left), toDecimal(add), toDecimal(right)] as const;
  // Exponents are within ±400, so the integers stay below a thousand digits.
  const exponent = Math.min(first.exponent, second.exponent, third.exponent);
  const scale = (value: Decimal) => value.digits * 10n ** BigInt(value.exponent - exponent);
  return scale(first) + scale(second) < scale(third);
}

function toDecimal(value: number): Decimal {
  const [mantissa = "0", power = "0"] = String(value).split("e");
  const [whole = "0", fraction = ""] = mantissa.split(".");
  return { digits: BigInt(whole + fraction), exponent: Number(power) - fraction.length };
}
